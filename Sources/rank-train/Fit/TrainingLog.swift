import CommandSupport
import RankCore
import RankTraining

/// A training's log in the manner of Keras, on stderr when that is a terminal.
struct TrainingLog {
    private let epochs: Int
    private let hasRoots: Bool
    private let isVisible: Bool
    private var line: ProgressLine
    private var epochStart = Duration.zero
    private var last: Progress = (step: 0, steps: 1, elapsed: .zero)

    private typealias Progress = (step: Int, steps: Int, elapsed: Duration)

    init(epochs: Int, _ loss: Loss, isQuiet: Bool) {
        hasRoots = !loss.ranks
        self.epochs = epochs
        line = ProgressLine(on: .error, isQuiet: isQuiet)
        isVisible = line.isVisible
    }

    func begin(_ data: String, training: Int, test: Int, resumed: Checkpoint? = nil) {
        guard isVisible else { return }
        let tested = test > 0 ? ", test on \(grouped(test))" : ""
        let text = "\(oneLine(data)): train on \(counted(training, "rating"))\(tested)"
        try? StandardStream.error.writeLine(broken(text, for: .error))
        if let resumed { line.note(resumed.note("epoch")) }
    }

    /// Shows an event, `elapsed` after the training began.
    mutating func show(_ event: Training.Event, at elapsed: Duration) {
        guard isVisible else { return }
        switch event {
        case .step(let epoch, let step, let steps, let loss):
            if step == 1 { try? StandardStream.error.writeLine("Epoch \(epoch)/\(epochs)") }
            last = (step, steps, elapsed - epochStart)
            let bar = last
            line.show(at: elapsed) { [hasRoots] width in Self.text(bar, loss, hasRoots, width: width) }
        case .epoch(let report):
            var details: [(name: String, value: Double)] = []
            if let loss = report.validationLoss { details.append(("validation_loss", loss)) }
            if let loss = report.testLoss { details.append(("val_loss", loss)) }
            if hasRoots, let root = report.testRootMeanSquaredError {
                details.append(("val_root_mean_squared_error", root))
            }
            let bar = last
            line.finish { [hasRoots] width in Self.text(bar, report.loss, hasRoots, details, width: width) }
            epochStart = elapsed
        }
    }

    private static func text(
        _ progress: Progress,
        _ loss: Double,
        _ hasRoots: Bool,
        _ details: [(name: String, value: Double)] = [],
        width: Int
    ) -> String {
        ProgressBar(total: progress.steps, unit: "step").line(
            completed: progress.step,
            elapsed: progress.elapsed,
            details: [("loss", loss)] + (hasRoots ? [("root_mean_squared_error", loss.squareRoot())] : []) + details,
            width: width
        )
    }
}
