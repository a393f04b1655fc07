import RankCore
import RankEngine
import TestSupport
import Testing

@Suite("Every kernel and plan gives the bits of its profile's oracle")
struct RankerBitsTests {
    private static let specs: [ModelSpec] = {
        let fixed = [
            ModelSpec(users: 3, candidates: 500, userDimensions: 32, candidateDimensions: 32, hidden: [256, 64]),
            ModelSpec(hidden: []),
            ModelSpec(hidden: nil, dotProduct: true),
            ModelSpec(
                userDimensions: 64,
                candidateDimensions: 64,
                hidden: nil,
                dotProduct: true,
                userBias: true,
                candidateBias: true,
                mean: true
            ),
            ModelSpec(userDimensions: 3, candidateDimensions: 17, hidden: [1]),
            ModelSpec(
                users: 2,
                candidates: 3,
                userDimensions: 65_536,
                candidateDimensions: 65_536,
                hidden: nil,
                dotProduct: true
            ),
            ModelSpec(users: 2, candidates: 7, userDimensions: 2, candidateDimensions: 5, hidden: [2049, 33]),
            ModelSpec(userDimensions: 16, candidateDimensions: 16, hidden: [64, 64, 16, 48], dotProduct: true),
        ]
        let random = ModelSpec.Values.allCases.flatMap { values in
            (0..<14).map { ModelSpec.random(seed: UInt64($0), values: values) }
        }
        return fixed + random
    }()

    @Test(arguments: specs)
    func bits(_ spec: ModelSpec) throws {
        let directory = try TemporaryDirectory()
        let draft = spec.draft()
        try draft.write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        let oracles = Dictionary(
            uniqueKeysWithValues: [NumericProfile.fp32FMA, .fp32Unfused].map { ($0, Oracle(draft, profile: $0)) }
        )
        var generator = SplitMix64(seed: spec.seed)
        // Known ids, the unknown one, and duplicates.
        let count = Int.random(in: 1...60, using: &generator)
        let ids = (0..<count).map { _ in UInt64.random(in: 0...UInt64(spec.candidates), using: &generator) }
        for user in 0..<spec.users {
            let expected = oracles.mapValues { oracle in
                ids.map { id in
                    oracle.score(user: user, candidate: id < UInt64(spec.candidates) ? Int(id) : 0).bitPattern
                }
            }
            for kernel in Kernel.supported {
                for plan in ScoringPlan.allCases {
                    let ranker = try model.makeRanker(plan: plan, kernel: kernel)
                    let cuts = Set(
                        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                            Int.random(in: 0...count, using: &generator)
                        }
                    )
                    let scores = try score(ranker, UInt64(user), ids, cutAt: cuts.union([0, count]).sorted())
                    #expect(scores.map(\.bitPattern) == expected[kernel.profile], "\(kernel) \(plan) user \(user)")
                }
            }
        }
    }

    private func score(_ ranker: any Ranker, _ user: UInt64, _ ids: [UInt64], cutAt cuts: [Int]) throws -> [Float] {
        // One byte off, like frames in libzmq's memory.
        let bytes: [UInt8] = [0] + ids.flatMap { littleEndian($0) }
        var scores = [Float](repeating: .nan, count: ids.count)
        var unknown = [Bool](repeating: false, count: ids.count)
        try bytes.withUnsafeBytes { bytes in
            let query = RankQuery(
                user: .number(user),
                candidates: .numbers(UnsafeRawBufferPointer(rebasing: bytes[1...]))
            )
            for (start, end) in zip(cuts, cuts.dropFirst()) {
                try scores.withUnsafeMutableBufferPointer { scores in
                    try unknown.withUnsafeMutableBufferPointer { unknown in
                        let outcome = try ranker.score(
                            query,
                            candidates: start..<end,
                            scores: UnsafeMutableBufferPointer(rebasing: scores[start..<end]),
                            unknown: UnsafeMutableBufferPointer(rebasing: unknown[start..<end])
                        )
                        #expect(outcome.isUserKnown == (user != 0))
                        #expect(outcome.unknownCount == unknown[start..<end].count { $0 })
                    }
                }
            }
        }
        return scores
    }
}
