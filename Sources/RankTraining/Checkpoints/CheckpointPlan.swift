import RankEngine
import RankSystem

/// The checkpoint file that a training writes, and the checkpoint that it resumes.
public struct CheckpointPlan: Sendable {
    /// The file to write, each time over the one before; nil for none.
    public let path: String?
    /// The number of epochs, sweeps, or reports of a distillation, between two checkpoints; there is always one after
    /// the last.
    public private(set) var interval: Int
    /// The checkpoint to resume; nil to begin at the start.
    public internal(set) var resumed: Checkpoint?
    /// The epochs, sweeps or steps of the checkpoint that lies at the path from the beginning, where that is the
    /// resumed one.
    let savedAtStart: Int?
    /// The test before a training on all ratings; nil in other trainings.
    private(set) var keptTest: KeptTest?

    /// A plan.
    ///
    /// - Throws: `TrainingError` with code `invalidOption` for an interval below 1.
    public init(
        path: String?,
        interval: Int = 1,
        resumed: Checkpoint? = nil
    ) throws(TrainingError) {
        guard interval >= 1 else {
            throw TrainingError(.invalidOption, "a checkpoint every \(interval) epochs; choose at least 1")
        }
        self.path = path
        self.interval = interval
        self.resumed = resumed
        let identity = path.flatMap { FileIdentity(path: $0) }
        let isResumed = identity != nil && identity == resumed.flatMap { FileIdentity(path: $0.path) }
        savedAtStart = isResumed ? resumed?.epoch : nil
    }

    /// The plan with another interval.
    ///
    /// - Throws: `TrainingError` with code `invalidOption` for an interval below 1.
    public func every(_ interval: Int) throws(TrainingError) -> CheckpointPlan {
        var plan = try CheckpointPlan(path: path, interval: interval, resumed: resumed)
        plan.keptTest = keptTest
        return plan
    }

    /// The plan of a training on all ratings, whose checkpoints also keep the test before it.
    public func keeping(_ test: KeptTest) -> CheckpointPlan {
        var plan = self
        plan.keptTest = test
        return plan
    }

    /// The identity of this plan's checkpoints: the members of the training and those of the kept test.
    func identity(_ own: [String: String]) -> [String: String] {
        own.merging(keptTest?.identity ?? [:]) { own, _ in own }
    }

    /// Writes a checkpoint of this plan.
    func write(
        to path: String,
        _ own: [String: String],
        epoch: Int,
        _ tensors: Checkpoint.Tensors
    ) throws(TrainingError) {
        try Checkpoint.write(to: path, identity(own), epoch: epoch, tensors + (keptTest?.tensors ?? []))
    }

    /// The error with a note on what was saved.
    func explaining(_ error: TrainingError, saved epoch: Int?, unit: String) -> TrainingError {
        guard let path else { return error }
        let isThere = FileIdentity(path: path) != nil
        let saved =
            epoch.map { "the checkpoint \(path) is that of \(unit) \($0)" }
            ?? "no checkpoint was written" + (isThere ? ", \(path) is as it was" : "")
        return TrainingError(error.code, "\(error.message); \(saved)", cause: error.cause)
    }
}
