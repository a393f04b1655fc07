import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Many users at once")
struct BatchScorerTests {
    private static func model(_ draft: ModelDraft) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    /// A shape with ids of each kind, in no order.
    private static func draft(_ kind: Vocabulary.Kind, _ spec: ModelSpec) -> ModelDraft {
        var draft = spec.draft()
        var generator = SplitMix64(seed: spec.seed)
        switch kind {
        case .identity: break
        case .u64:
            draft.users.ids = .numbers((0..<UInt64(spec.users)).map { $0 * 7 })
            draft.candidates.ids = .numbers(
                [0] + (1..<UInt64(spec.candidates)).map { $0 * 3 }.shuffled(using: &generator)
            )
        case .utf8:
            draft.users.ids = .texts([""] + (1..<spec.users).map { "user \($0)" })
            draft.candidates.ids = .texts([""] + (1..<spec.candidates).map { "item \($0)" }.shuffled(using: &generator))
        }
        return draft
    }

    /// A ranker's list of the whole catalogue, as rows.
    private static func expected(_ model: RankModel, _ users: [UInt32], _ k: Int) throws -> [[BatchScorer.Entry]] {
        let ranker = try model.makeRanker(plan: .direct, kernel: .scalar)
        let rows = Array(1..<model.shape.candidateRows)
        let ids = rows.map { model.candidates.id(ofRow: $0) ?? "" }
        return try users.map { user in
            let id = model.users.id(ofRow: Int(user))
            if model.users.kind.isText {
                return try ranker.rank(ids, for: id ?? "nobody", top: k, unknownIDs: .fallback).map {
                    BatchScorer.Entry(row: UInt32(rows[$0.position]), score: $0.score)
                }
            }
            let numbers = ids.compactMap { UInt64($0) }
            return try ranker.rank(numbers, for: id.flatMap { UInt64($0) } ?? .max, top: k, unknownIDs: .fallback).map {
                BatchScorer.Entry(row: UInt32(rows[$0.position]), score: $0.score)
            }
        }
    }

    @Test(
        arguments: [Vocabulary.Kind.identity, .u64, .utf8],
        [ModelSpec.Values.ordinary, .dead]
    )
    func theBestOfTheCatalogueAreThoseOfARankerWhateverTheThreadsInTheOrderOfTheirIdsWhereScoresTie(
        kind: Vocabulary.Kind,
        values: ModelSpec.Values
    ) throws {
        let shapes = [
            ModelSpec(users: 40, candidates: 700, hidden: [40, 16], values: values),
            ModelSpec(users: 3, candidates: 90, hidden: nil, dotProduct: true, candidateBias: true, values: values),
            ModelSpec(users: 5, candidates: 30, hidden: [], userBias: true, mean: true, values: values),
        ]
        for spec in shapes {
            let model = try Self.model(Self.draft(kind, spec))
            let users = (0..<UInt32(spec.users)).reversed() + [1, 1]
            for k in [1, 10, 5_000] {
                let expected = try Self.expected(model, Array(users), k)
                for threads in [1, 2, 5] {
                    let found = try BatchScorer(model, threads: threads).best(k, userRows: Array(users))
                    #expect(found == expected, "\(spec.testDescription), \(k), \(threads) threads")
                }
            }
        }
    }

    @Test(arguments: [1, 3])
    func listsAreMergedOverThePartsOfALongCatalogue(threads: Int) throws {
        let spec = ModelSpec(users: 3, candidates: 100_001, hidden: [16, 16], candidateBias: true)
        let model = try Self.model(Self.draft(.u64, spec))
        let users: [UInt32] = [2, 0, 1]
        let found = try BatchScorer(model, threads: threads).best(50, userRows: users)
        #expect(try found == Self.expected(model, users, 50))
    }

    @Test(arguments: [1, 3])
    func whatIsExcludedIsLeftOutExactlyOverThePartsOfACatalogueToo(threads: Int) throws {
        let specs = [
            ModelSpec(users: 40, candidates: 300, hidden: [16, 16]),
            ModelSpec(users: 4, candidates: 70_001, hidden: nil, dotProduct: true, candidateBias: true),
        ]
        for spec in specs {
            let model = try Self.model(Self.draft(.u64, spec))
            let (users, count): ([UInt32], UInt32) = ([3, 0, 1, 2, 1], UInt32(spec.candidates))
            let whole = try BatchScorer(model).best(spec.candidates, userRows: users)
            // No row, single rows, every third row, a whole part and the start of the next, all rows.
            let excluded: [[UInt32]] = [
                [], [1, whole[1][0].row, count - 1].sorted(), Array(stride(from: 1, to: count, by: 3)),
                Array(1..<min(count, 32_770)), Array(1..<count),
            ]
            let scorer = try BatchScorer(model, threads: threads)
            let found = try scorer.best(20, userRows: users, excluding: excluded)
            for (list, (all, left)) in zip(found, zip(whole, excluded)) {
                let hidden = Set(left)
                #expect(list == Array(all.filter { !hidden.contains($0.row) }.prefix(20)), "\(spec.testDescription)")
            }
            #expect(found[4].isEmpty)
            #expect(engineError { _ = try scorer.best(1, userRows: users, excluding: [[]]) }?.code == .invalidQuery)
        }
    }

    @Test func nothingToRank() throws {
        let model = try Self.model(ModelSpec(candidates: 1).draft())
        let scorer = try BatchScorer(model)
        #expect(try scorer.best(3, userRows: [0, 1]) == [[], []])
        #expect(try scorer.best(3, userRows: []) == [])
        #expect(try BatchScorer(Self.model(ModelSpec().draft())).best(0, userRows: [1]) == [[]])
        #expect(engineError { _ = try scorer.best(1, userRows: [0, 5]) }?.position == 1)
        #expect(try BatchScorer(model, threads: -3).threads == 1)
        #expect(try BatchScorer(model, kernel: .portable).kernel == .portable)
    }

    @Test(arguments: [1, 4])
    func aScoreThatIsNotFiniteEndsItWithTheFirstSuchPair(threads: Int) throws {
        // Enough candidates that none of these pairs is golden: golden scores must be finite.
        var draft = ModelSpec(users: 8, candidates: 4_000, hidden: nil, dotProduct: true).draft()
        for column in 0..<8 {
            for user in [3, 6] { draft.users.embedding[user * 8 + column] = 1e20 }
            for item in [17, 30] { draft.candidates.embedding[item * 8 + column] = 1e20 }
        }
        let model = try Self.model(draft)
        let error = engineError { _ = try BatchScorer(model, threads: threads).best(5, userRows: [1, 2, 6, 3, 4]) }
        #expect(error?.code == .scoreNotFinite)
        #expect(error?.message.contains("user row 6 and candidate row 17") == true)
        #expect(try BatchScorer(model, threads: threads).best(5, userRows: [1, 2, 4]).count == 3)
    }

    @Test(arguments: [0, 3, 9], [1, 2, 3])
    func pairsScoreAsInLists(_ seed: UInt64, threads: Int) throws {
        let spec = ModelSpec.random(seed: seed, values: .ordinary)
        let draft = spec.draft()
        let oracle = Oracle(draft)
        var generator = SplitMix64(seed: seed)
        let users = (0..<3_000).map { _ in UInt32.random(in: 0..<UInt32(spec.users), using: &generator) }
        let candidates = (0..<3_000).map { _ in UInt32.random(in: 0..<UInt32(spec.candidates), using: &generator) }
        let expected = zip(users, candidates).map { oracle.score(user: Int($0), candidate: Int($1)).bitPattern }
        let loaded = try BatchScorer(Self.model(draft), threads: threads)
        #expect(try loaded.scores(userRows: users, candidateRows: candidates).map(\.bitPattern) == expected)
        let unsaved = try BatchScorer(draft, threads: threads)
        #expect(try unsaved.scores(userRows: users, candidateRows: candidates).map(\.bitPattern) == expected)
        let few = try loaded.scores(userRows: [users[0]], candidateRows: [candidates[0]])
        #expect(few.map(\.bitPattern) == [expected[0]])
        #expect(engineError { _ = try loaded.scores(userRows: [0], candidateRows: []) }?.code == .invalidQuery)
        #expect(engineError { _ = try loaded.scores(userRows: [99], candidateRows: [0]) }?.position == 0)
    }
}
