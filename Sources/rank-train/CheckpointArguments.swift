import ArgumentParser
import CommandSupport
import RankData
import RankTraining

/// How a training outlives an interruption.
struct CheckpointArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial]

    @Option(
        help:
            "With tutorial: after an epoch, write all that it takes to go on to this file, in the place of the one before. It changes whole, or not at all."
    )
    var checkpoint: OutputPath?

    @Option(help: "With --checkpoint: write it after that many epochs, and after the last (default: 1).")
    var checkpointEvery: Int?

    @Option(
        help:
            "With tutorial: go on from this checkpoint to the model that an undisturbed training would have made. Data and options must be those it was made with."
    )
    var resume: String?

    var given: [String] {
        names(
            ("--checkpoint", checkpoint != nil),
            ("--checkpoint-every", checkpointEvery != nil),
            ("--resume", resume != nil)
        )
    }

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

    /// Finds out before long work whether a checkpoint can be written.
    func requireWritable() throws {
        try checkpoint?.requireWritable(option: "--checkpoint")
    }

    /// What a training is to do about checkpoints; nil for nothing.
    func plan(_ data: DataSet, _ split: Split, as spec: SplitSpec) throws -> CheckpointPlan? {
        guard checkpoint != nil || resume != nil else { return nil }
        return try CheckpointPlan(
            path: checkpoint?.path,
            interval: checkpointEvery ?? 1,
            resumed: resume.map(Checkpoint.init(path:)),
            data: DataFingerprint(data, split, as: spec)
        )
    }
}
