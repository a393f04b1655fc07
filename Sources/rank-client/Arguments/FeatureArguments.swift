import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankPool

/// Dense features for models that want them: plugins.
struct FeatureArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Features for each item in the order given: CSV, maybe under a header with their names, or *.f32 (float32, "
                + "little-endian). For models that want features; an empty field or nan is a missing one, where the "
                + "model takes that.",
            valueName: "file"
        )
    )
    var features: String?

    /// The file's contents, if there is one.
    func load() throws(DataError) -> FeatureFile? {
        try features.map { path throws(DataError) in try FeatureFile(path: path) }
    }
}

extension FeatureFile? {
    /// As many floats for each item as the workers' model wants; none if it wants none.
    ///
    /// - Parameters:
    ///   - count: How many items there are.
    ///   - infos: The workers' answers to INFO.
    /// - Returns: The floats, row after row.
    /// - Throws: Usage, if a file is missing or there is one too many, and `DataError`.
    func rows(_ count: Int, for infos: [WorkerInfo]) throws -> [Float] {
        let width = infos.first?["features"].flatMap { Int($0) } ?? 0
        let names = infos.first?["feature_names"]?.split(separator: ",").map(String.init) ?? []
        let shown = names.isEmpty ? "" : " (\(names.joined(separator: ",")))"
        switch self {
        case nil where width > 0:
            throw CommandFailure(
                .usage,
                "the model wants \(counted(width, "feature")) for each item\(shown): give --features FILE"
            )
        case nil: return []
        case let file? where width > 0:
            // Any of the workers may get a part of the list.
            return try file.rows(count: count, width: width, names: names) { feature in
                infos.allSatisfy { $0.takesMissing(feature: feature) }
            }
        case .some: throw CommandFailure(.usage, "the model wants no features: leave out --features")
        }
    }
}
