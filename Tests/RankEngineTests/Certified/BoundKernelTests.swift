import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Each kernel for bounds that this CPU can run")
struct BoundKernelTests {
    @Test(arguments: Kernel.supported.map(\.description))
    func boundsHoldAndListsAreThoseOfBruteForce(_ name: String) throws {
        let kernel = try Kernel.named(name)
        for network in [BoundNetwork.ordinary, .heavyTails, .deadUnits, .userTerms, .wideOutputs] {
            let model = try network.model(seed: 4)
            guard let certified = try model.makeCertified(kernel: kernel) else { return }
            let plain = try model.makeRanker(kernel: kernel)
            let rows = (0..<UInt32(BoundNetwork.candidates)).map { $0 }
            let ids = rows.map { UInt64($0) }
            for user in 0..<UInt64(BoundNetwork.users) {
                let (upper, margin) = try #require(certified.upperBounds(userRow: UInt32(user), candidateRows: rows))
                let scores = try plain.scores(of: ids, for: user, unknownIDs: .fallback)
                #expect(zip(scores, upper).allSatisfy { Double($0) <= Double($1) + Double(margin) }, "\(network)")
                let found = try certified.rank(ids, for: user, top: 10, unknownIDs: .fallback)
                let expected = try plain.rank(ids, for: user, top: 10, unknownIDs: .fallback)
                #expect(found == expected, "\(network), user \(user)")
                #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
            }
        }
    }

    @Test func theKernelIsNamed() throws {
        let model = try BoundNetwork.ordinary.model()
        guard let certified = try model.makeCertified() else { return }
        let names = ["avx512-vnni", "avx512vl-vnni", "avx-vnni", "avx2", "neon-dotprod"]
        #expect(names.contains { certified.topKChoice.detail.hasSuffix(" in \($0)") })
    }
}
