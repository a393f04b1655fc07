public import RankTraining

/// The error by step while a model was trained.
public struct LearningCurve: Sendable, Equatable {
    /// The error at one time.
    public struct Point: Sendable, Equatable {
        /// Epochs, sweeps or steps done, counted from 1.
        public let step: Int
        /// Root mean squared error of the training rows, or distance from the teacher, in stars or what ratings are
        /// given in.
        public let training: Double
        /// The error of the test rows; nil where it was not measured.
        public let test: Double?

        /// A point of a curve.
        public init(step: Int, training: Double, test: Double?) {
            self.step = step
            self.training = training
            self.test = test
        }
    }

    /// A stretch in which one thing was trained.
    public struct Phase: Sendable, Equatable {
        /// The name of the phase; empty where there is only one.
        public let name: String
        /// The points, ascending by step.
        public let points: [Point]

        /// A phase of a training.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// The unit of the steps: `epoch`, `sweep` or `step`.
    public let unit: String
    /// Whether a teacher's scores were learnt, and not ratings.
    public let isOfStudent: Bool
    /// The phases, one after the other.
    public let phases: [Phase]
    /// After which step the weights were as the model has them, where a part held out chose it; nil for the last one.
    public let kept: Int?

    /// A curve of phases.
    public init(unit: String, isOfStudent: Bool = false, phases: [Phase], kept: Int? = nil) {
        self.unit = unit
        self.isOfStudent = isOfStudent
        self.phases = phases
        self.kept = kept
    }

    /// The curve of a network's training.
    ///
    /// - Parameters:
    ///   - training: What it made.
    ///   - width: How far the highest rating is from the lowest.
    public init(_ training: Training.Result, width: Float) {
        let points = training.epochs.map { report in
            Point(
                step: report.epoch,
                training: Double(width) * report.rootMeanSquaredError,
                test: report.testRootMeanSquaredError.map { Double(width) * $0 }
            )
        }
        let isChosen = training.epochs.contains { $0.validationLoss != nil }
        self.init(
            unit: "epoch",
            phases: [Phase(name: "", points: points)],
            kept: isChosen ? training.keptEpoch : nil
        )
    }

    /// The curve of a distillation.
    ///
    /// - Parameters:
    ///   - reports: Its reports.
    ///   - width: How far the highest rating is from the lowest.
    public init(_ reports: [Distillation.StepReport], width: Float) {
        let points = reports.map { report in
            Point(
                step: report.step,
                training: Double(width) * report.rootMeanSquaredError,
                test: report.testRootMeanSquaredError.map { Double(width) * $0 }
            )
        }
        self.init(unit: "step", isOfStudent: true, phases: [Phase(name: "", points: points)])
    }

    /// The curve of a factorisation machine's training.
    ///
    /// - Parameters:
    ///   - sweeps: Its reports.
    ///   - solved: How many of the sweeps solved for the best coefficients; those behind them drew.
    ///   - width: How far the highest rating is from the lowest.
    public init(_ sweeps: [FactorTraining.SweepReport], solved: Int, width: Float) {
        let points = sweeps.map { report in
            Point(
                step: report.sweep,
                training: Double(width) * report.rootMeanSquaredError,
                test: report.testRootMeanSquaredError.map { Double(width) * $0 }
            )
        }
        let drawn = points.dropFirst(solved)
        self.init(
            unit: "sweep",
            phases: drawn.isEmpty
                ? [Phase(name: "", points: points)]
                : [
                    Phase(name: "best coefficients", points: Array(points.prefix(solved))),
                    Phase(name: "drawn and mixed", points: Array(drawn)),
                ]
        )
    }
}
