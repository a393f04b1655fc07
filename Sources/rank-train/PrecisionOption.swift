import ArgumentParser
import RankEngine

/// The choice of a precision, whose scores are of a numeric profile of their own.
struct PrecisionOption: ParsableArguments {
    @Option(help: "fp32, int16 or int8; integers are of another numeric profile.", transform: read)
    var precision = Precision.fp32

    private static func read(_ name: String) throws -> Precision {
        guard let precision = Precision(rawValue: name) else {
            let names = Precision.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no precision \"\(name)\"; choose one of \(names)")
        }
        return precision
    }
}
