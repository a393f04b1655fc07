import CommandSupport
import RankTraining

/// The reports of a training as they come, on a terminal: one line with a bar, which each report rewrites.
struct ReportLog<Report: ProgressReport> {
    private var line: ProgressLine
    private let bar: ProgressBar
    private let total: Int
    private let details: (Report) -> [(name: String, value: Double)]
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// Begins the log, with the checkpoint that the training resumes.
    ///
    /// - Parameters:
    ///   - total: The position of the last report.
    ///   - resumed: The checkpoint; nil for none.
    ///   - isQuiet: Whether nothing is shown.
    ///   - details: The figures of a report that follow the bar.
    init(
        total: Int,
        resumed: Checkpoint?,
        isQuiet: Bool,
        details: @escaping (Report) -> [(name: String, value: Double)]
    ) {
        line = ProgressLine(on: .error, isQuiet: isQuiet)
        if let resumed { line.note(resumed.note(Report.unit)) }
        bar = ProgressBar(total: total, unit: Report.unit, startingAt: resumed?.epoch ?? 0)
        self.total = total
        self.details = details
        start = clock.now
    }

    /// Shows a report.
    mutating func show(_ report: Report) {
        let elapsed = clock.now - start
        let text = { [bar, details] width in
            bar.line(completed: report.position, elapsed: elapsed, details: details(report), width: width)
        }
        if report.position < total { line.show(at: elapsed, text) } else { line.finish(text) }
    }
}

extension ReportLog<FactorTraining.SweepReport> {
    /// The log of a factorisation machine's sweeps.
    init(_ options: FactorizationOptions, resumed: Checkpoint?, isQuiet: Bool) {
        let total = options.sweeps + (options.sampling?.sweeps ?? 0)
        self.init(total: total, resumed: resumed, isQuiet: isQuiet) {
            [("loss", $0.loss), ("root_mean_squared_error", $0.rootMeanSquaredError)]
        }
    }
}

extension ReportLog<Distillation.StepReport> {
    /// The log of a student's steps.
    init(_ options: DistillationOptions, resumed: Checkpoint?, isQuiet: Bool) {
        self.init(total: options.steps, resumed: resumed, isQuiet: isQuiet) {
            [("distance_from_teacher", $0.rootMeanSquaredError)]
        }
    }
}
