import ArgumentParser
import RankEngine

/// The choice of a precision; scores of each precision have a numeric profile of their own.
struct PrecisionArgument: ParsableArguments {
    @Option(
        help: """
            fp32; or int16 or int8, of another numeric profile, for networks with two hidden layers or more, such as \
            the presets tutorial and distilled make.
            """,
        transform: read
    )
    var precision = Precision.fp32

    private static func read(_ name: String) throws -> Precision {
        guard let precision = Precision(rawValue: name) else {
            let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no precision \"\(name)\"; choose one of \(names)")
        }
        return precision
    }
}
