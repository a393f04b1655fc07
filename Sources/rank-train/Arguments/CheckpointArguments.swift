import ArgumentParser
import CommandSupport
import RankCore
import RankTraining

/// The options of checkpoints.
struct CheckpointArguments: ParsableArguments {
    @Option(
        help: """
            After an epoch, a sweep or some steps, write all that it takes to go on to this file, in the place of the \
            one before. It changes whole, or not at all.
            """
    )
    var checkpoint: OutputPath?

    @Option(
        help: """
            With --checkpoint: write it after that many epochs (default: 1), sweeps (default: 10) or hundreds of \
            steps of a student (default: 1), and after the last.
            """
    )
    var checkpointEvery: Int?

    @Option(
        help: """
            Go on from this checkpoint to the model that an undisturbed training would have made. Data and options \
            must be those it was made with.
            """
    )
    var resume: String?

    func validate() throws {
        if let checkpointEvery {
            guard checkpointEvery >= 1 else {
                throw ValidationError("--checkpoint-every \(checkpointEvery): choose at least 1")
            }
            guard checkpoint != nil else {
                throw ValidationError("--checkpoint-every needs --checkpoint, the file to write")
            }
        }
    }

    /// Checks before long work that checkpoints can be written, and that they replace nothing else.
    ///
    /// - Parameter inputs: The files that are read, as `OutputPath.requireOther(than:option:)` takes them; the
    ///   checkpoint to resume may be replaced.
    /// - Throws: `CommandFailure`.
    func requireOutput(otherThan inputs: [(option: String, path: String?)]) throws(CommandFailure) {
        guard let checkpoint else { return }
        try checkpoint.requireOther(than: inputs, option: "--checkpoint")
        try checkpoint.requireWritable(option: "--checkpoint")
        // The first checkpoint would replace a model at once. Errors of the checkpoint to resume are reported when it
        // is read.
        let isResumed = resume.flatMap(OutputPath.init(argument:)) == checkpoint
        guard isResumed || !Checkpoint.wouldReplaceOther(at: checkpoint.path) else {
            throw CommandFailure(
                .usage,
                "--checkpoint would take the place of \(checkpoint.path), which is no checkpoint; give another "
                    + "--checkpoint, or remove that file"
            )
        }
    }

    /// The checkpoint to resume; nil for none.
    ///
    /// - Throws: `TrainingError` with code `checkpointRefused` when there is no whole one at the path.
    func resumed() throws(TrainingError) -> Checkpoint? {
        try resume.map { (path) throws(TrainingError) in try Checkpoint(path: path) }
    }

    /// The plan of a training's checkpoints; nil for none.
    ///
    /// - Parameters:
    ///   - resumed: The checkpoint to resume, which is read before the data, because data may take long.
    ///   - interval: The interval between two checkpoints unless an option gives it.
    /// - Returns: The plan.
    /// - Throws: `TrainingError` with code `invalidOption` for an interval below 1.
    func plan(
        from resumed: Checkpoint?,
        every interval: Int
    ) throws(TrainingError) -> CheckpointPlan? {
        guard checkpoint != nil || resumed != nil else { return nil }
        return try CheckpointPlan(
            path: checkpoint?.path,
            interval: checkpointEvery ?? interval,
            resumed: resumed
        )
    }
}

extension Checkpoint {
    /// The line of a training's log before the training resumes this checkpoint; `unit` names what `epoch` counts, in
    /// the singular.
    func note(_ unit: String) -> String {
        "resuming \(oneLine(path)), after \(unit) \(epoch)" + (isOfRefit ? " of the training on all ratings" : "")
    }
}
