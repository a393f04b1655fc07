import ArgumentParser
import CommandSupport
import RankData

/// The data, and facts that their files leave open.
struct DataArguments: ParsableArguments {
    @Option(
        help: """
            The directory of the data (MovieLens 100k, 1M, 10M, latest, 20M, 25M, 32M, or RecBole), or a CSV of \
            user,item,rating[,timestamp].
            """
    )
    var data: String

    @Option(
        help: """
            The scale of the ratings, MIN,MAX (default: that of the form, else the lowest and the highest rating of \
            the file).
            """,
        transform: RatingScale.init(parsing:)
    )
    var scale: RatingScale?

    @Option(
        help: "When a user rates an item twice: \(rules).",
        transform: { text throws(ValidationError) in
            guard let rule = DuplicateRule(rawValue: text) else {
                throw ValidationError("'\(text)' is none of \(rules)")
            }
            return rule
        }
    )
    var duplicates = DuplicateRule.refuse

    /// The files of the data, and that of a split, as `OutputPath.requireOther(than:option:)` takes them.
    ///
    /// Files that cannot be found are left out; reading the data says why.
    func inputs(_ split: SplitSpec?) -> [(option: String, path: String?)] {
        let files = (try? DataSet.files(at: data)) ?? []
        var inputs: [(option: String, path: String?)] = files.map { ("--data", $0) }
        if case .file(let path)? = split { inputs.append(("--split", path)) }
        return inputs
    }

    /// Reads the data.
    func load() throws(DataError) -> DataSet {
        try DataSet.load(path: data, DataOptions(scale: scale, duplicates: duplicates))
    }
}

extension DataSet {
    /// The scale and where it comes from.
    var scaleText: String {
        reading.map { "\(ratings.scale), \($0.scaleSource)" } ?? "\(ratings.scale)"
    }
}

private let rules = DuplicateRule.allCases.map(\.rawValue).joined(separator: ", ")
