import ArgumentParser
import CommandSupport
import RankCore
import RankEngine
import RankTraining

/// The options of a distillation.
struct DistillationArguments: PresetArguments {
    static let presets: [Preset] = [.distilled]

    private static let standard = DistillationOptions.distilled

    @Option(help: "For a student: the number of training steps (default: \(standard.steps)).")
    var steps: Int?

    @Option(help: "For a student: the length of the embeddings (default: \(standard.dimensions)).")
    var dimensions: Int?

    @Option(
        help: """
            For a student: the width of each dense relu layer, as in 256,64 (default: \
            \(standard.hidden.map(String.init).joined(separator: ","))).
            """
    )
    var hidden: Widths?

    @Option(help: "For a student: the users of a step (default: \(standard.users)).")
    var stepUsers: Int?

    @Option(help: "For a student: the items of a step, each paired with all of its users (default: \(standard.items)).")
    var stepItems: Int?

    /// Widths of layers, separated by commas.
    struct Widths: ExpressibleByArgument {
        let values: [Int]

        init?(argument: String) {
            let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard !values.contains(nil) else { return nil }
            self.values = values.compactMap(\.self)
        }
    }

    var given: [String] {
        names(
            ("--steps", steps != nil),
            ("--dimensions", dimensions != nil),
            ("--hidden", hidden != nil),
            ("--step-users", stepUsers != nil),
            ("--step-items", stepItems != nil)
        )
    }

    func validate() throws {
        for (name, count, counts) in [
            ("--steps", steps, DistillationOptions.stepCounts),
            ("--step-users", stepUsers, DistillationOptions.pairCounts),
            ("--step-items", stepItems, DistillationOptions.pairCounts),
        ] {
            if let count, !counts.contains(count) {
                throw ValidationError("\(name) \(count): choose from \(counts.lowerBound) to \(counts.upperBound)")
            }
        }
        let layers = (hidden?.values ?? []).map { ("--hidden", $0) }
        let widths = NetworkShape.widths
        for (name, width) in layers + (dimensions.map { [("--dimensions", $0)] } ?? []) where !widths.contains(width) {
            throw ValidationError("\(name) \(width): choose a width from \(widths.lowerBound) to \(widths.upperBound)")
        }
    }

    /// The preset's options with the given values.
    func options(seed: UInt64) -> DistillationOptions {
        var options = Self.standard
        options.seed = seed
        if let steps { options.steps = steps }
        if let dimensions { options.dimensions = dimensions }
        if let hidden { options.hidden = hidden.values }
        if let stepUsers { options.users = stepUsers }
        if let stepItems { options.items = stepItems }
        return options
    }
}

extension DistillationOptions {
    /// The result of a distillation, for programs.
    func json(_ result: Distillation.Result, _ teacher: Teacher) -> [JSONValue.Member] {
        [
            JSONValue.Member("preset", .string(preset)),
            JSONValue.Member("seed", .unsigned(seed)),
            JSONValue.Member("teacher", .string(teacher.modelID.description)),
            JSONValue.Member("teacher_preset", .string(teacher.preset)),
            JSONValue.Member("dimensions", .integer(dimensions)),
            JSONValue.Member("hidden", .array(hidden.map { .integer($0) })),
            JSONValue.Member("learning_rate", .number(optimizer.rate)),
            JSONValue.Member("kernel", .string(result.kernel.description)),
            JSONValue.Member("threads", .integer(result.threads)),
            JSONValue.Member("steps", steps(result)),
        ]
    }

    /// The student's distances from its teacher, for programs.
    func steps(_ result: Distillation.Result) -> JSONValue {
        .array(
            result.reports.map { report in
                ["step": .integer(report.step), "distance_from_teacher": .number(report.rootMeanSquaredError)]
            }
        )
    }
}
