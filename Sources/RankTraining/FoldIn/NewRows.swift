import RankData
import RankEngine

/// The rows of one side that a fold-in adds, where they start, and what ids they have.
struct NewRows {
    /// The description of users or of items: their name in messages, their columns, the names of their ids, and the
    /// directory.
    typealias Described = (name: String, attributes: Attributes, names: IDNames?, source: String)

    /// The model's rows and, behind them, the new ones.
    let table: FoldInTable
    /// The ids of the new rows, in their order.
    let ids: [String]
    /// The new rows, by the bytes of their ids.
    let rows: [[UInt8]: Int]
    /// The new rows that started from their columns.
    let described: Set<Int>
    /// Listed ids without a rating and without a known value.
    let leftOut: Int

    /// - Parameters:
    ///   - draft: The model's rows.
    ///   - vocabulary: Their ids.
    ///   - rated: Ids with ratings, known ones too, as often as they come.
    ///   - described: The columns of known and new ids; nil for none.
    /// - Throws: `TrainingError` with code `unsuitableData` where the model knows none of those that have columns.
    init(
        _ draft: ModelDraft.Table,
        _ vocabulary: Vocabulary,
        rated: [String],
        _ described: Described?
    ) throws(TrainingError) {
        var table = FoldInTable(draft)
        let rated = Self.distinct(rated.filter { vocabulary.row(ofText: $0) == nil })
        let listed = try described.map { one throws(TrainingError) in try Self.starts(table, vocabulary, one) } ?? []
        let starts = Dictionary(uniqueKeysWithValues: listed.map { (Array($0.id.utf8), $0.start) })
        let started = listed.filter { $0.start != nil }.map(\.id)
        ids = draft.ids.foldInOrder(Self.distinct(rated + started))
        let rows = Dictionary(uniqueKeysWithValues: zip(ids.map { Array($0.utf8) }, table.knownCount...))
        self.rows = rows
        leftOut = listed.count { rows[Array($0.id.utf8)] == nil }
        table.append(ids.count)
        var fromColumns: Set<Int> = []
        for (row, id) in zip(table.knownCount..., ids) {
            guard case .some(.some(let start)) = starts[Array(id.utf8)] else { continue }
            table.replace(row, with: start)
            fromColumns.insert(row)
        }
        (self.table, self.described) = (table, fromColumns)
    }

    /// The start of the rows of listed unknown ids; nil if columns say nothing.
    private static func starts(
        _ table: FoldInTable,
        _ vocabulary: Vocabulary,
        _ described: Described
    ) throws(TrainingError) -> [(id: String, start: [Double]?)] {
        let attributes = described.attributes
        guard !attributes.columns.isEmpty else { return [] }
        let index = RowIndex(ids: attributes.ids, names: described.names)
        var known = [[Double]?](repeating: nil, count: index.rowCount)
        var new: [(entity: Int, id: String)] = []
        for id in attributes.ids {
            let (entity, text) = (index.row(of: id), described.names.text(id))
            if let row = vocabulary.row(ofText: text) {
                known[entity] = table.rows[row]
            } else {
                new.append((entity, text))
            }
        }
        guard new.count < attributes.ids.count else {
            throw TrainingError(
                .unsuitableData,
                "the model knows none of the \(new.count) \(described.name) with columns in \(described.source), so "
                    + "nothing tells what their columns are worth; give the data that it was trained on with the new "
                    + "ones added"
            )
        }
        let effects = ColumnEffects(FeatureBlock.columns(of: attributes, index: index), known: known)
        return new.map { ($0.id, effects.rows[$0.entity]) }
    }

    /// Distinct texts, compared by their bytes.
    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
    }
}
