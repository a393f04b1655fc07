import RankSystem

/// The choice of test rows and training rows, as the user writes it: `seed:N`, the path of a CSV of test pairs, or
/// `none`.
public enum SplitSpec: Sendable, Equatable, CustomStringConvertible {
    /// A shuffle of all rows, 80 % for training.
    case seed(UInt64)
    /// The test pairs are in a file; all other rows train.
    case file(path: String)
    /// All rows train.
    case none

    /// Reads the text of `--split`.
    ///
    /// A file that is called `none` or starts with `seed:` is reached as `./none`.
    ///
    /// - Throws: `DataError` with code `invalidArgument`.
    public init(parsing text: String) throws(DataError) {
        let prefix = "seed:"
        if text == "none" {
            self = .none
        } else if text.hasPrefix(prefix) {
            let digits = Array(text.dropFirst(prefix.count).utf8)
            guard let seed = try? digits.unsignedInteger(digits.indices) else {
                throw DataError(
                    .invalidArgument,
                    "the split '\(text)' has no valid seed; expected seed:N with N from 0 to \(UInt64.max)"
                )
            }
            self = .seed(seed)
        } else if text.isEmpty {
            throw DataError(.invalidArgument, "the split is empty; expected seed:N, a file of test pairs, or none")
        } else if let meant = Self.meant(text) {
            throw DataError(
                .invalidArgument,
                "the split '\(text)' is neither seed:N, nor none, nor a file; did you mean \(meant)? a file of that "
                    + "name is ./\(text)"
            )
        } else {
            self = .file(path: text)
        }
    }

    /// The likely meaning of a text that would be an odd name of a file; nil for any other text.
    private static func meant(_ text: String) -> String? {
        let lowercased = text.lowercased()
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return "seed:\(text)" }
        if lowercased == "none" { return "none" }
        guard lowercased.hasPrefix("seed") else { return nil }
        let rest = text.dropFirst(4).drop { " :=".contains($0) }
        return rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }) ? "seed:\(rest.isEmpty ? "42" : rest)" : nil
    }

    /// The text that `init(parsing:)` reads.
    public var description: String {
        switch self {
        case .seed(let seed): "seed:\(seed)"
        case .file(let path): path
        case .none: "none"
        }
    }

    /// Applies the split to ratings.
    ///
    /// - Throws: `DataError` when a split file cannot be read, names a pair twice, or one that the ratings lack.
    public func resolve(_ ratings: Ratings) throws(DataError) -> Split {
        switch self {
        case .seed(let seed):
            return Split(seed: seed, ratings)
        case .file(let path):
            guard try FileSystem.kind(of: path) != nil else {
                throw DataError(
                    .unreadable,
                    "the split \(path): no such file; expected seed:N, none, or a CSV file of test pairs"
                )
            }
            return try Split(testPairs: PairList.load(path: path, for: ratings), source: path, ratings)
        case .none:
            return Split(trainingRows: Array(0..<UInt32(ratings.count)), testRows: [], ratings)
        }
    }
}
