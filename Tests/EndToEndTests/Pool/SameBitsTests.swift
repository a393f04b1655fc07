import RankCore
import RankEngine
import SystemPackage
import TestSupport
import Testing
import ZMQ

/// A score is the same bits whichever way it was asked for.
@Suite("Same bits by every way")
struct SameBitsTests {
    static let sizes = [1, 3, 500, 100_000]
    static let user: UInt64 = 42

    /// What the engine says in this process, with the scalar oracle.
    private static func oracle(_ model: String, _ candidates: [UInt64]) throws -> [UInt32] {
        let ranker = try RankModel.load(path: model).makeRanker(plan: .direct, kernel: .scalar)
        var scores = [UInt32](repeating: 0, count: candidates.count)
        for entry in try ranker.rank(candidates, for: user, unknownIDs: .fallback) {
            scores[entry.position] = entry.score.bitPattern
        }
        return scores
    }

    @Test(.timeLimit(.minutes(5)), arguments: sizes)
    func reqDEALERAndDEALERWithADelimiterUnderEveryPlan(size: Int) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: UInt64(size))
            let candidates = random.candidates(size)
            let expected = try Self.oracle(model, candidates)
            for plan in ["direct", "user-once", "factored", "full"] {
                let found = try await withWorkers(1, options: ["--model", model, "--plan", plan], in: directory) {
                    workers in
                    var found: [[UInt32]] = []
                    for form in RawClient.Form.allCases {
                        let client = RawClient(endpoint: workers[0].endpoint, form: form)
                        found.append(try await client.scores(user: Self.user, candidates: candidates))
                    }
                    return found
                }
                for scores in found { #expect(scores == expected, "plan \(plan)") }
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func fromCopiedWeightsAfterTheFileWasCutInItsPlace() async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: 7)
            let candidates = random.candidates(500)
            let expected = try Self.oracle(model, candidates)
            let options = ["--model", model, "--copy-weights", "--plan", "user-once"]
            let found = try await withWorkers(1, options: options, in: directory) { workers in
                let file = try FileDescriptor.open(FilePath(model), .writeOnly)
                try file.closeAfter { try file.resize(to: 100) }
                let client = RawClient(endpoint: workers[0].endpoint, form: .dealer)
                return try await client.scores(user: Self.user, candidates: candidates)
            }
            #expect(found == expected)
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: sizes)
    func throughAZmqProxyAndTwoWorkers(size: Int) async throws {
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: UInt64(size) + 1)
            let candidates = random.candidates(size)
            let expected = try Self.oracle(model, candidates)
            let (front, back) = ("ipc://\(directory)/front.sock", "ipc://\(directory)/back.sock")
            let proxy = try ProxyDevice(
                frontend: Endpoint(front, for: .binding),
                backend: Endpoint(back, for: .binding)
            )
            let arguments = ["serve", "--model", model, "--connect", back]
            let found = try await withWorker(arguments: arguments) { _ in
                try await withWorker(arguments: arguments) { _ in
                    var found: [[UInt32]] = []
                    for form in RawClient.Form.allCases + RawClient.Form.allCases {
                        let client = RawClient(endpoint: front, form: form)
                        found.append(try await client.scores(user: Self.user, candidates: candidates))
                    }
                    return found
                }
            }
            proxy.stop()
            for scores in found { #expect(scores == expected) }
        }
    }

    @Test(
        .enabled(if: Programs.python != nil, "scripts/setup --python has not been run"),
        .timeLimit(.minutes(5)),
        arguments: sizes,
        ["REQ", "DEALER"]
    )
    func thePythonClient(size: Int, mode: String) async throws {
        let python = try #require(Programs.python)
        try await withTemporaryDirectory { directory in
            let model = try TestModel.write(in: directory)
            var random = SplitMix64(seed: UInt64(size) + 2)
            let candidates = random.candidates(size)
            let expected = try Self.oracle(model, candidates)
            let program = """
                import struct, sys
                from rank_client import Client
                candidates = [int(line) for line in sys.stdin]
                with Client(sys.argv[1], mode=sys.argv[2], deadline=20) as client:
                    for score in client.score(\(Self.user), candidates).scores:
                        print(struct.unpack("<I", struct.pack("<f", score))[0])
                """
            let outcome = try await withWorkers(1, options: ["--model", model], in: directory) { workers in
                try await run(
                    python,
                    ["-c", program, workers[0].endpoint, mode],
                    input: candidates.map { "\($0)\n" }.joined()
                )
            }
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            #expect(outcome.output.split(separator: "\n").compactMap { UInt32($0) } == expected)
        }
    }
}
