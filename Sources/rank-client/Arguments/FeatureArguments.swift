import ArgumentParser
import CommandSupport
import RankCore
import RankData
import RankPool

/// Dense features for models that want them: ensembles of trees, and plugins.
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
    ///   - query: The columns of a row that are given once for all items.
    /// - Returns: The floats, row after row.
    /// - Throws: Usage, if a file is missing or there is one too many, and `DataError`.
    func rows(_ count: Int, for infos: [WorkerInfo], without query: [Int] = []) throws -> [Float] {
        let columns = (0..<(infos.first?.featureCount ?? 0)).filter { !query.contains($0) }
        let width = columns.count
        let names = infos.first?.names(of: columns) ?? []
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
                infos.allSatisfy { $0.takesMissing(feature: columns[feature]) }
            }
        case .some: throw CommandFailure(.usage, "the model wants no features: leave out --features")
        }
    }
}

/// Features of the user, given once for all items.
struct QueryFeatureArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Features of the user, once for all items: a file of one row, as --features takes. For models that name "
                + "such columns (query_columns in INFO); --features then has the other ones.",
            valueName: "file"
        )
    )
    var queryFeatures: String?

    /// The columns that are given once, and their floats; none without a file.
    ///
    /// - Parameter infos: The workers' answers to INFO.
    /// - Returns: The columns, ascending, and a float for each.
    /// - Throws: Usage, if the model names no such columns, and `DataError`.
    func row(for infos: [WorkerInfo]) throws -> (columns: [Int], floats: [Float]) {
        guard let path = queryFeatures else { return ([], []) }
        let columns = infos.first?["query_columns"]?.split(separator: ",").compactMap { Int($0) } ?? []
        guard !columns.isEmpty else {
            throw CommandFailure(
                .usage,
                "the model names no columns that are given once: leave out --query-features, and give all of them in "
                    + "--features"
            )
        }
        let floats = try FeatureFile(path: path).rows(
            count: 1,
            width: columns.count,
            names: infos.first?.names(of: columns) ?? []
        ) { feature in infos.allSatisfy { $0.takesMissing(feature: columns[feature]) } }
        return (columns, floats)
    }
}

extension WorkerInfo {
    /// The features of a row.
    fileprivate var featureCount: Int { self["features"].flatMap { Int($0) } ?? 0 }

    /// The names of some features; empty where they have none.
    fileprivate func names(of columns: [Int]) -> [String] {
        let names = self["feature_names"]?.split(separator: ",").map(String.init) ?? []
        return names.count == featureCount ? columns.filter(names.indices.contains).map { names[$0] } : []
    }
}
