import Foundation
import RankCore
import RankEngine
import RankProtocol
import RankService
import RankSystem
import TestSupport
import Testing

/// `docs/reference/errors.md` says what keeps a worker from starting, and what it refuses.
@Suite(.timeLimit(.minutes(5))) struct WorkerErrorsDocumentTests {
    /// The rows of the table under a heading.
    private static func rows(under heading: String) throws -> [[String]] {
        try DocumentTable(of: "docs/reference/errors.md", under: heading).rows
    }

    /// A refusal as the document has it.
    private struct Refusal {
        var code: String
        var message: String
    }

    /// The refusal of a worker in a process that has no descriptors left for its sockets.
    private static func refusalWithoutDescriptors() async throws -> Refusal {
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                // The worker raises the limit up to the hard one; descriptors below it are then all taken.
                var limit = rlimit()
                limit.rlim_cur = 64
                limit.rlim_max = 64
                #if canImport(Glibc)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                #else
                setrlimit(RLIMIT_NOFILE, &limit)
                #endif
                while open("/dev/null", O_RDONLY) >= 0 {}
                do throws(ServiceError) {
                    let local = WorkerConfiguration(binds: ["tcp://127.0.0.1:*"])
                    _ = try Worker.start(local, ranker: TestRanker())
                } catch {
                    print("refused\t\(error.code)\t\(error.message)")
                }
            }
        )
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("refused\t") })
        let parts = line.split(separator: "\t").map(String.init)
        return Refusal(code: parts[1], message: parts[2])
    }

    @Test
    func whatKeepsAWorkerFromStarting() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("taken", byteCount: 1)
        try directory.write("7.safetensors", byteCount: 0)
        try directory.write("8.safetensors", byteCount: 0)
        let empty = try TemporaryDirectory()
        try empty.write("readme.txt", byteCount: 1)
        let first = try Worker.test(binds: ["tcp://127.0.0.1:*", directory.endpoint()])
        defer { try? first.finish() }
        let configurations = [
            WorkerConfiguration(), WorkerConfiguration(binds: ["7000"]), WorkerConfiguration(binds: ["inproc://x"]),
            WorkerConfiguration(binds: ["tcp://0.0.0.0:*"]),
            WorkerConfiguration(binds: ["tcp://127.0.0.1:*"], maximumMessageBytes: 100),
            WorkerConfiguration(binds: [first.endpoints[0]]), WorkerConfiguration(binds: [directory.endpoint()]),
            WorkerConfiguration(binds: [directory.endpoint("taken")]),
            WorkerConfiguration(binds: ["ipc:///nonexistent/directory/socket"]),
            WorkerConfiguration(binds: ["tcp://localhost.invalid:7000"], isInsecureAllowed: true),
        ]
        let sources = [
            ModelSource.file("/nonexistent/model"), .directory(directory.path), .directory(empty.path),
            .directory("/nonexistent/models"),
        ]
        let local = WorkerConfiguration(binds: ["tcp://127.0.0.1:*"])
        var starts: [() throws -> Worker] =
            configurations.map { configuration in { try Worker.start(configuration, ranker: TestRanker()) } }
            + sources.map { source in
                {
                    let supply = ModelSupply(source) { path throws(EngineError) in
                        try RankModel.load(path: path).makeRanker()
                    }
                    return try Worker.start(local, models: supply)
                }
            }
            + [
                { try Worker.start(local, ranker: CheckedRanker(2)) },
                {
                    let readable = ModelSource.file(#filePath)
                    let supply = ModelSupply(readable) { _ throws(EngineError) in
                        try TestModel.loaded().makeRanker(plan: .full, memoryBudget: 1 << 20)
                    }
                    return try Worker.start(local, models: supply)
                },
            ]
        var bent = TestModel.draft()
        bent.activations = [try #require(Activation("tanh")), .relu]
        let precise: [(draft: ModelDraft, limit: Float, kernel: Kernel)] = [
            (TestModel.draft(), 0, .scalar), (TestModel.draft(), 1, .portable),
            (TestModel.draft(layers: 2), 1, .scalar), (bent, 1, .scalar),
            (TestModel.draft(isHuge: true), 1, .scalar),
        ]
        for (draft, limit, kernel) in precise {
            let supply = TestModel.supply(draft, .int8, errorLimit: limit, kernel: kernel)
            starts.append { try Worker.start(local, models: supply) }
        }
        let certified: [(draft: ModelDraft, kernel: Kernel?, budget: Int)] = [
            (TestModel.draft(layers: 2), nil, .max), (TestModel.draft(), .scalar, .max),
            (TestModel.draft(), nil, ScoringPlan.factored.tableBytes(try TestModel.load().shape)),
        ]
        for (draft, kernel, budget) in certified {
            let supply = ModelSupply(.file(#filePath)) { _ throws(EngineError) in
                try TestModel.loaded(draft).makeRanker(memoryBudget: budget, kernel: kernel, topKPlan: .certified)
            }
            starts.append { try Worker.start(local, models: supply) }
        }
        var refusals = [try await Self.refusalWithoutDescriptors()]
        for start in starts {
            do {
                try start().finish()
                Issue.record("a worker started all the same")
            } catch let error as ServiceError {
                refusals.append(Refusal(code: "\(error.code)", message: error.message))
            }
        }
        let exits = [
            "invalid configuration": "64", "endpoint unavailable": "69", "resource exhausted": "69",
            "model refused": "65",
        ]
        let rows = try Self.rows(under: "Refusals of a worker")
        for row in rows {
            #expect(refusals.contains { $0.code == row[0] && $0.message.contains(row[2]) }, "\(row)")
            #expect(exits[row[0]] == row[1], "\(row)")
        }
        for refusal in refusals {
            #expect(rows.contains { $0[0] == refusal.code && refusal.message.contains($0[2]) }, "\(refusal)")
        }
    }

    /// The answer to a request whose scores are no numbers.
    private static func answerWithoutANumber() throws -> ErrorReply {
        let ranker = try TestModel.load(TestModel.draft(layers: 2, isHuge: true)).makeRanker(kernel: .scalar)
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        let frame = Requests.score(user: TestModel.hugeUser, candidates: [1])
        guard case .request(let request) = handler.examine(frame.span.bytes) else {
            throw EngineError(.invalidQuery, "the request was not taken")
        }
        let job = ScoreJob()
        job.begin(request, arrival: 0, now: 0, model: handler.model)
        while !handler.advance(job, request, frame.span.bytes, budget: .max, now: 0, clock: { 0 }) {}
        return try #require(try job.withReply { try DecodedReply($0) }.error)
    }

    @Test
    func whatAWorkerRefusesToScore() throws {
        let small = FrameLimits(messageBytes: 1_024, candidates: 10)
        let text = ScoreParameters(idKind: .utf8)
        let other = ModelID(hex: String(repeating: "ab", count: 16)) ?? .unspecified
        var foreign = Requests.score(candidates: [1])
        foreign[16] = 9
        let frames: [[UInt8]] = [
            Requests.score(candidates: [UInt64](repeating: 1, count: 200)),
            Requests.score(candidates: [UInt64](repeating: 1, count: 11)),
            Requests.score(user: "k", candidates: ["k"], parameters: text),
            Requests.score(candidates: [1], parameters: ScoreParameters(featureCount: 3)),
            Requests.score(candidates: [1], parameters: ScoreParameters(featureCount: 1), feature: .nan),
            foreign, Requests.score(candidates: [1], model: other), Requests.score(candidates: [1 << 40]),
            Requests.score(candidates: [1], remaining: 0), Requests.catalog(),
        ]
        var replies: [ErrorReply] = []
        for frame in frames {
            var harness = HandlerHarness(limits: small)
            replies.append(try #require(try harness.reply(to: frame).error))
        }
        var harness = HandlerHarness()
        replies.append(
            try #require(try harness.reply(to: Requests.score(candidates: [1], remaining: 10), waited: 20).error)
        )
        replies.append(try Self.answerWithoutANumber())
        let rows = try Self.rows(under: "Answers of a worker that refuse a request")
        for row in rows {
            #expect(replies.contains { "\($0.status)" == row[0] && $0.message.contains(row[1]) }, "\(row)")
        }
        for reply in replies {
            #expect(rows.contains { $0[0] == "\(reply.status)" && reply.message.contains($0[1]) }, "\(reply)")
        }
    }
}
