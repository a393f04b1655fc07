import CommandSupport
import RankData
import RankLoad
import RankPool

/// The ids that the users and candidates of a benchmark are drawn from.
struct BenchIDs {
    let ids: RequestSet.IDs
    /// Whether the model does not know the users.
    let hasMadeUpUsers: Bool

    /// The time that the workers have to list their candidates.
    private static let patience = Duration.seconds(60)
    /// The number of made-up users.
    private static let madeUpCount: UInt64 = 1_000

    /// Takes the users that were given, else those that INFO names; and the candidates of the model.
    ///
    /// - Parameters:
    ///   - infos: The workers' answers to INFO.
    ///   - users: The list that was given.
    ///   - endpoints: The workers.
    /// - Throws: The fault of the list of users, or the reason why the workers list no candidates.
    init(_ infos: [WorkerInfo], users: IDList?, of endpoints: EndpointList) throws {
        let range = infos.lazy.compactMap(\.userIDs).first
        // The null ranker knows no users: it makes no difference there.
        let isModel = infos.contains { $0["user_ids"] != nil }
        hasMadeUpUsers = isModel && users == nil && range == nil
        let areTexts = try infos.haveTextIDs()
        let candidates = infos.lazy.compactMap(\.candidateIDs).first
        let isListed = candidates == nil && infos.contains { $0["catalog"] == "listed" }
        let catalog = try isListed ? Self.catalog(of: endpoints) : nil
        if areTexts {
            ids = .texts(
                users: try users?.texts() ?? (1...Self.madeUpCount).map { "user-\($0)" },
                candidates: catalog.flatMap { $0.ids(as: String.self) } ?? (1...10_000).map { "item-\($0)" }
            )
        } else {
            ids = .numbers(
                users: try users.map { list throws(DataError) in .list(try list.numbers()) }
                    ?? .range(range ?? 1...Self.madeUpCount),
                candidates: catalog.flatMap { $0.ids(as: UInt64.self) }.map { .list($0) }
                    ?? .range(candidates ?? 1...10_000)
            )
        }
    }

    private static func catalog(of endpoints: EndpointList) throws -> CandidateCatalog {
        let catalog = try withPool(of: endpoints, deadline: patience) { try await $0.catalog() }
        guard catalog.count > 0 else { throw CommandFailure(.refused, "the workers' model has no items") }
        return catalog
    }
}
