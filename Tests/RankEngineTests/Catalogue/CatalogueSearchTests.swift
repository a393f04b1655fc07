import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Search of whole catalogues")
struct CatalogueSearchTests {
    private static func bits(_ lists: [[BatchScorer.Entry]]) -> [[[UInt32]]] {
        lists.map { list in list.map { [$0.row, $0.score.bitPattern] } }
    }

    @Test(arguments: FactorSpec.many)
    func listsAreThoseOfBruteForceInIDsOrderAndBits(_ spec: FactorSpec) throws {
        let plain = try BatchScorer(spec.draft(), threads: 1)
        let certified = try plain.choosing(.certified, top: 10, users: 1)
        #expect(certified.topKChoice.plan == .certified)
        let users = (0...UInt32(spec.users)) + [1, 1]
        for k in [1, 2, 10, 57, 500, spec.items] {
            let expected = try Self.bits(plain.best(k, userRows: users))
            #expect(try Self.bits(certified.best(k, userRows: users)) == expected, "\(k)")
            for (user, list) in zip(users, expected).prefix(2) {
                #expect(try Self.bits(certified.best(k, userRows: [user])) == [list], "\(k), user \(user)")
            }
        }
    }

    @Test(arguments: [FactorSpec.Kind.ordinary, .coarse, .equalRows])
    func everyLengthOfAListIsExact(_ kind: FactorSpec.Kind) throws {
        let spec = FactorSpec(kind: kind, users: 5, items: 2_100, dimensions: 32)
        let plain = try BatchScorer(spec.draft())
        let certified = try plain.choosing(.certified, top: 10, users: 1)
        let users = (0...UInt32(spec.users)).map { $0 }
        let whole = try plain.best(500, userRows: users)
        for k in 1...500 {
            let found = try certified.best(k, userRows: users)
            #expect(Self.bits(found) == Self.bits(whole.map { Array($0.prefix(k)) }), "\(k)")
        }
    }

    @Test(arguments: [1, 3])
    func threadsAndKernelsChangeNoList(threads: Int) throws {
        let spec = FactorSpec(users: 70, items: 13_000, dimensions: 32)
        let users = (0...UInt32(spec.users)).reversed().map { $0 }
        for kernel in Kernel.supported {
            let plain = try BatchScorer(spec.draft(), kernel: kernel, threads: threads)
            let certified = try plain.choosing(.certified, top: 10, users: 1)
            #expect(try certified.best(10, userRows: users) == plain.best(10, userRows: users), "\(kernel)")
        }
    }

    @Test func whatIsExcludedIsLeftOutExactly() throws {
        let spec = FactorSpec(users: 5, items: 3_000, dimensions: 16)
        let plain = try BatchScorer(spec.draft())
        let certified = try plain.choosing(.certified, top: 10, users: 1)
        let (users, count): ([UInt32], UInt32) = ([3, 0, 1, 2, 1, 4], UInt32(spec.items))
        let whole = try plain.best(spec.items, userRows: users)
        // No row, single rows, every third row, the best 900, all rows, all but three.
        let excluded: [[UInt32]] = [
            [], [1, whole[1][0].row, count].sorted(), Array(stride(from: 1, through: count, by: 3)),
            whole[3].prefix(900).map(\.row).sorted(), Array(1...count), Array(4...count),
        ]
        for k in [1, 20, 600] {
            let expected = try plain.best(k, userRows: users, excluding: excluded)
            #expect(try certified.best(k, userRows: users, excluding: excluded) == expected, "\(k)")
            #expect(expected[4].isEmpty && expected[5].count == min(k, 3))
        }
        #expect(engineError { _ = try certified.best(1, userRows: users, excluding: [[]]) }?.code == .invalidQuery)
        #expect(engineError { _ = try certified.best(1, userRows: [0, 9]) }?.position == 1)
        #expect(try certified.best(0, userRows: users).allSatisfy(\.isEmpty))
        #expect(try certified.best(5, userRows: []).isEmpty)
    }

    @Test(arguments: [Vocabulary.Kind.u64, .utf8])
    func equalScoresAreOrderedByTheirIDs(_ kind: Vocabulary.Kind) throws {
        let spec = FactorSpec(kind: .coarse, users: 4, items: 1_500, dimensions: 3)
        var draft = spec.draft()
        var generator = SplitMix64(seed: 5)
        let numbers = (1...UInt64(spec.items)).shuffled(using: &generator)
        if kind == .u64 {
            draft.users.ids = .numbers((0...UInt64(spec.users)).map { $0 })
            draft.candidates.ids = .numbers([0] + numbers)
        } else {
            draft.users.ids = .texts([""] + (1...spec.users).map { "user \($0)" })
            draft.candidates.ids = .texts([""] + numbers.map { "item \($0)" })
        }
        let directory = try TemporaryDirectory()
        try draft.write(to: directory.file("model"))
        let plain = try BatchScorer(RankModel.load(path: directory.file("model")))
        let certified = try plain.choosing(.certified, top: 10, users: 1)
        let users = (0...UInt32(spec.users)).map { $0 }
        for k in [1, 7, 100] {
            #expect(try certified.best(k, userRows: users) == plain.best(k, userRows: users), "\(k)")
        }
    }

    @Test func mostItemsAreNotScored() throws {
        let spec = FactorSpec(users: 20, items: 20_000, dimensions: 16)
        let plain = try BatchScorer(spec.draft(), threads: 1)
        let certified = try plain.choosing(.certified, top: 10, users: 1)
        let users = (1...UInt32(spec.users)).map { $0 }
        var (all, some) = (0, 0)
        let expected = try plain.best(10, userRows: users, scored: &all)
        #expect(try certified.best(10, userRows: users, scored: &some) == expected)
        #expect(all == spec.items * spec.users)
        #expect(some < all / 20, "\(some) of \(all)")
    }
}
