internal import RankCore

/// The metadata of a file of trees, beside those of every model.
struct TreeSettings: Sendable {
    /// The most features of a row.
    static let maximumFeatureCount = 65_536
    /// The most columns that are given once for a query: what fits the extensions of a request.
    static let maximumQueryColumns = 1_020

    /// The type of sums and leaves.
    var sum: TreeSum
    /// The step from the margin to the score.
    var output: TreeOutput
    /// The source's own name of what was trained; empty where the file has none.
    var objective: String
    /// Whether a feature may be NaN, which stands for a missing one.
    var takesMissingFeatures: Bool
    /// The columns that a request may give once for its query, ascending.
    var queryColumns: [Int]
    /// Whether ids are texts; otherwise numbers.
    var hasTextIDs: Bool
    /// The features of a row, at least 1.
    var featureCount: Int
    /// Whether the file must have its source's scores.
    var hasSourceScores = false

    private static let keys: Set<String> = [
        "format", "digest", "architecture", "label_transform", "prior", "claim.test_rmse", "proof", "proof.source",
        "proof.max_difference", "sum", "output", "objective", "missing", "query_columns", "ids", "features",
    ]

    /// Reads the keys of a file whose format and architecture have been checked, and refuses keys that no version
    /// writes.
    init(_ raw: [String: String]) throws(EngineError) {
        for key in raw.keys.sorted() where !Self.keys.contains(key) && !key.hasPrefix("fingerprint.") {
            throw ModelMetadata.refused(
                "the key \"\(key.printable(limit: 60))\" is unknown in a tree ensemble; scores may depend on it"
            )
        }
        sum = try Self.choice("sum", in: raw, ["float32": .float32, "float64": .float64])
        output = try Self.output(raw["output"], sum)
        objective = (raw["objective"] ?? "").printable(limit: 127)
        takesMissingFeatures = try Self.choice("missing", in: raw, ["true": true, "false": false])
        hasTextIDs = try Self.choice("ids", in: raw, ["u64": false, "utf8": true])
        let features = try ModelMetadata.require("features", in: raw)
        guard let count = Self.number(features), (1...Self.maximumFeatureCount).contains(count) else {
            throw ModelMetadata.refused(
                "features is \"\(features.printable(limit: 60))\"; expected a decimal number from 1 to "
                    + "\(Self.maximumFeatureCount)"
            )
        }
        featureCount = count
        queryColumns = try Self.columns(raw["query_columns"], of: count)
    }

    private static func choice<Value>(
        _ key: String,
        in raw: [String: String],
        _ choices: [String: Value]
    ) throws(EngineError) -> Value {
        let text = try ModelMetadata.require(key, in: raw)
        guard let value = choices[text] else {
            let expected = choices.keys.sorted().joined(separator: " or ")
            throw ModelMetadata.refused("\(key) is \"\(text.printable(limit: 60))\"; expected \(expected)")
        }
        return value
    }

    private static func output(_ text: String?, _ sum: TreeSum) throws(EngineError) -> TreeOutput {
        guard let text else { return .margin }
        guard let output = TreeOutput(text) else {
            throw ModelMetadata.refused(
                "output is \"\(text.printable(limit: 60))\"; this version knows \(TreeOutput.choices), and no key "
                    + "output for the margin itself"
            )
        }
        guard output.suits(sum) else {
            throw ModelMetadata.refused("output \(output) does not go with sum \(sum.rawValue)")
        }
        return output
    }

    private static func columns(_ text: String?, of featureCount: Int) throws(EngineError) -> [Int] {
        guard let text else { return [] }
        var columns: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let column = number(String(part)), column > columns.last ?? -1, column < featureCount,
                columns.count < maximumQueryColumns
            else {
                throw ModelMetadata.refused(
                    "query_columns is \"\(text.printable(limit: 60))\"; expected at most \(maximumQueryColumns) "
                        + "ascending column numbers below \(featureCount), separated by commas"
                )
            }
            columns.append(column)
        }
        return columns
    }

    /// The value of a decimal number without sign and leading zeros; nil for every other text.
    private static func number(_ text: String) -> Int? {
        guard let number = Int(text), "\(number)" == text, number >= 0 else { return nil }
        return number
    }
}
