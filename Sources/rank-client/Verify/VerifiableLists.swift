import RankCore
import RankEngine

/// What lists are drawn from to compare a pool with a model file.
enum VerifiableLists: Sendable {
    /// The vocabularies of embeddings.
    case ids(RankModel)
    /// Rows near the decisions of an ensemble of trees.
    case rows(TreeModel, TreeRows)

    init(_ model: LoadedModel) {
        switch model {
        case .embeddings(let model): self = .ids(model)
        case .trees(let model): self = .rows(model, TreeRows(model))
        }
    }

    /// Whether ids are texts; otherwise numbers.
    var haveTextIDs: Bool {
        switch self {
        case .ids(let model): model.users.kind.isText
        case .rows(let model, _): model.hasTextIDs
        }
    }

    /// The known users; nil where every id is known.
    var users: Vocabulary? { if case .ids(let model) = self { model.users } else { nil } }

    /// The known candidates; nil where every id is known.
    var candidates: Vocabulary? { if case .ids(let model) = self { model.candidates } else { nil } }

    /// Features of a list, in every second list of a model that takes them once the query's by themselves.
    func features(_ count: Int, using random: inout SplitMix64) -> (candidates: [Float], query: [Float]) {
        guard case .rows(let model, let rows) = self else { return ([], []) }
        guard !model.queryColumns.isEmpty, Bool.random(using: &random) else {
            return ((0..<count).flatMap { _ in rows.row(using: &random) }, [])
        }
        let columns = Set(model.queryColumns)
        let others = (0..<model.shape.featureCount).filter { !columns.contains($0) }
        let query = rows.row(using: &random)
        return (
            (0..<count).flatMap { _ in
                let row = rows.row(using: &random)
                return others.map { row[$0] }
            },
            model.queryColumns.map { query[$0] }
        )
    }

    /// The reference ranker of a profile; nil where this version does not know the profile.
    func makeReference(of profile: NumericProfile) throws(EngineError) -> sending (any Ranker)? {
        switch self {
        case .ids(let model): try model.makeReference(of: profile)
        case .rows(let model, _): profile == .treeSum ? try model.makeReference() : nil
        }
    }
}
