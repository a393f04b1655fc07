import RankEngine

/// A training in progress that can stop after any of its reports and resume from a checkpoint, with the same bits.
protocol ResumableRun: ~Copyable {
    /// The report after each advance.
    associatedtype Report: ProgressReport
    /// The news that a caller is shown while the training runs.
    associatedtype Event
    /// The product of the training.
    associatedtype Result

    /// One report for each advance so far, those before a resumption included.
    var reports: [Report] { get }
    /// Whether nothing is left to train.
    var isFinished: Bool { get }
    /// The data and options that a checkpoint must have been made with for this training to resume it.
    var identity: [String: String] { get }
    /// The product of the training up to here.
    var result: Result { get }

    /// Trains up to the next report.
    ///
    /// - Parameter show: Called with the news before the report.
    /// - Throws: `TrainingError` with code `diverged` when a loss or a weight is not finite.
    mutating func advance(_ show: (Event) -> Void) throws(TrainingError)

    /// A report as the caller is shown it.
    static func event(_ report: Report) -> Event

    /// The state that a checkpoint holds.
    ///
    /// - Throws: `TrainingError` with code `diverged` when a weight is not finite.
    func tensors() throws(TrainingError) -> Checkpoint.Tensors

    /// Takes over the state of a checkpoint whose identity is this training's.
    ///
    /// - Throws: `TrainingError` with code `checkpointRefused` when its tensors do not fit.
    mutating func restore(_ checkpoint: Checkpoint) throws(TrainingError)
}

extension ResumableRun where Self: ~Copyable {
    /// The epochs, sweeps or steps so far.
    var position: Int { reports.last?.position ?? 0 }

    /// Trains to the end, from the beginning or from the plan's checkpoint.
    ///
    /// - Parameters:
    ///   - plan: The plan of the checkpoints to write and to resume; nil for none.
    ///   - show: Called with all news, on the calling thread; with a report once its checkpoint is written.
    /// - Returns: The product.
    /// - Throws: `TrainingError` with code `diverged`, `checkpointRefused` or `engineFailed`. An earlier checkpoint is
    ///   left as it was.
    mutating func complete(_ plan: CheckpointPlan?, show: (Event) -> Void) throws(TrainingError) -> Result {
        var saved: Int?
        if let plan {
            if let checkpoint = plan.resumed {
                try checkpoint.requireMatch(plan.identity(identity))
                try restore(checkpoint)
                saved = plan.savedAtStart
            }
            if isFinished && saved == nil { saved = try save(plan) }
        }
        while !isFinished {
            do throws(TrainingError) {
                try advance(show)
                if let plan { saved = try save(plan) ?? saved }
            } catch  where error.code == .diverged {
                throw plan?.explaining(error, saved: saved, unit: Report.unit) ?? error
            }
            if let report = reports.last { show(Self.event(report)) }
        }
        return result
    }

    /// Writes a checkpoint if the plan wants one after this report; there is always one after the last.
    ///
    /// - Returns: The position that was saved; nil where none was.
    private func save(_ plan: CheckpointPlan) throws(TrainingError) -> Int? {
        guard let path = plan.path, isFinished || reports.count.isMultiple(of: plan.interval) else { return nil }
        try plan.write(to: path, identity, epoch: position, tensors())
        return position
    }
}
