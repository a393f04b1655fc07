import RankCore
import RankEngine
import RankPool

/// Ranks with a model file in this process and, where workers are given, over a pool, through every public door.
///
/// Usage: public-doors MODEL [ENDPOINTS]
@main
struct PublicDoors {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let path = arguments.first else { throw Mismatch("usage: public-doors MODEL [ENDPOINTS]") }
        let model = try RankModel.load(path: path)
        if model.candidates.kind.isText {
            try await run(model, arguments.dropFirst().first, as: String.self) { $0 }
        } else {
            try await run(model, arguments.dropFirst().first, as: UInt64.self) { UInt64($0) }
        }
    }

    private static func run<ID: CandidateID>(
        _ model: RankModel,
        _ endpoints: String?,
        as kind: ID.Type,
        _ id: @Sendable (String) -> ID?
    ) async throws {
        let ids = (1..<model.candidates.rowCount).compactMap { model.candidates.id(ofRow: $0).flatMap(id) }
        guard let user = model.users.id(ofRow: 1).flatMap(id) else { throw Mismatch("the model knows no user") }
        let here = try EngineDoors(model: model, user: user, candidates: ids).run()
        print("in-process: \(here.count) of model \(here.model) under \(here.profile)")
        guard let endpoints else { return }
        try await PoolDoors(endpoints: endpoints, user: user, candidates: ids, expected: here).run()
        print("over \(endpoints): the same list")
    }
}

/// What is not as it should be.
struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws unless something holds.
func require(_ holds: Bool, _ what: String) throws(Mismatch) {
    guard holds else { throw Mismatch(what) }
}
