import RankEngine

extension ModelDraft.IDs {
    /// The ids, followed by new ones.
    ///
    /// Ids that are row numbers stay so only if the new ones continue them; otherwise the file lists all numbers.
    ///
    /// - Parameters:
    ///   - new: Ids without a row, in the order of `foldInOrder`.
    ///   - rowCount: The rows so far.
    /// - Returns: The ids of all rows.
    func appending(_ new: [String], rowCount: Int) -> ModelDraft.IDs {
        switch self {
        case .identity:
            let numbers = new.compactMap { UInt64($0) }
            if numbers.enumerated().allSatisfy({ $1 == UInt64(rowCount + $0) }) { return .identity }
            return .numbers((0..<UInt64(rowCount)) + numbers)
        case .numbers(let numbers):
            return .numbers(numbers + new.compactMap { UInt64($0) })
        case .texts(let texts):
            return .texts(texts + new)
        }
    }

    /// New ids in the order of their rows: numbers ascending, texts ascending by their bytes.
    func foldInOrder(_ ids: [String]) -> [String] {
        switch self {
        case .identity, .numbers:
            return ids.sorted { (UInt64($0) ?? 0) < (UInt64($1) ?? 0) }
        case .texts:
            return ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }
}
