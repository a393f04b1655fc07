import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing
import ZMQ

/// `docs/reference/errors.md` has every error of a pool, and no other.
@Suite struct PoolErrorsDocumentTests {
    /// The rows of the table under a heading.
    static func rows(under heading: String) throws -> [[String]] {
        try DocumentTable(of: "docs/reference/errors.md", under: heading).rows
    }

    @Test func everyCodeHasItsNameAndAdvice() throws {
        let rows = try Self.rows(under: "Codes of a call")
        let statuses = [
            Status.ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .resourceExhausted,
            .failedPrecondition, .aborted, .unimplemented, .internal, .unavailable, .unauthenticated,
        ]
        #expect(rows.map { $0[0] } == statuses.map { "\($0.rawValue)" })
        for (row, status) in zip(rows, statuses) {
            #expect(row[1] == status.description)
            #expect(row[2] == "\(status.advice)", "\(status)")
        }
    }

    /// Every refusal in the table is one that the pool makes, and every one made here is in the table.
    ///
    /// Errors are thrown by the code that refuses, or made of what a worker's own check throws.
    @Test func everyRefusalOfAPoolIsInTheTable() async throws {
        let rows = try Self.rows(under: "Refusals of a pool").map { (code: $0[0], text: $0[1].filter { $0 != "`" }) }
        let errors = try Self.samples() + [try await Self.afterTheShutdown()]
        for row in rows {
            #expect(
                errors.contains { $0.code.description == row.code && $0.description.contains(row.text) },
                "\(row.code): \(row.text)"
            )
        }
        for error in errors {
            #expect(
                rows.contains { $0.code == error.code.description && error.description.contains($0.text) },
                "\(error)"
            )
        }
    }

    /// The error of a worker's check of a request for another model.
    private static func otherModel() throws -> ProtocolError {
        let header = RequestHeader(id: RequestID(rawValue: 1), kind: .score, model: Fake.otherModel)
        return try #require(throws: ProtocolError.self) { try header.checkTarget(model: Fake.model, profile: .fp32FMA) }
    }

    /// The error of a call at a pool that was shut down.
    private static func afterTheShutdown() async throws -> PoolError {
        let pool = try RankPool.start(try TemporaryDirectory().endpoint())
        await pool.shutdown()
        return try #require(await #expect(throws: PoolError.self) { try await pool.rank([1], for: 1) })
    }

    /// One of each.
    static func samples() throws -> [PoolError] {
        var errors: [PoolError] = []
        func note(_ bench: Bench, _ id: CallID) {
            if let error = bench.error(id) { errors.append(error) } else { Issue.record("call \(id) did not fail") }
        }
        do { try RankPool.check(parts: 0) } catch { errors.append(error) }
        for list in ["", "inproc://x", "tcp://a:1 tcp://b:1", "7000"] {
            do { _ = try EndpointList(list) } catch { errors.append(error) }
        }
        for path in ["/nonexistent/workers", "/tmp"] {
            do { _ = try EndpointFile.read(path) } catch { errors.append(error) }
        }
        for text in ["# none", "tcp://127.0.0.1:1\nnonsense"] {
            do { _ = try EndpointFile.endpoints(in: text) } catch { errors.append(error) }
        }
        do { _ = try RankPool.Configuration(attempts: 0) } catch { errors.append(error) }
        let work = ScoreWork(queries: [.numbers(user: 1, candidates: [1])], parameters: ScoreParameters())
        for (queries, floats) in [([2], [[1, 2, 3]]), ([2, 1], [[1, 2], [1, 2]]), ([0], [[1]])] as [([Int], [[Float]])]
        {
            let ids = queries.map { QueryIDs.numbers(user: 1, candidates: [UInt64](repeating: 1, count: $0)) }
            do { _ = try RankPool.featureCount(floats, of: ids) } catch { errors.append(error) }
        }
        let limits = FrameLimits(messageBytes: 64, candidates: 10, queries: 1)
        do { _ = try Partition.split(work, limits: limits, into: 1) } catch { errors.append(error) }

        var listing = CatalogState(endpoints: ["a"], first: 0, model: .unspecified, profile: .unspecified)
        errors.append(listing.late(after: .seconds(1)))
        if case .finish(.failure(let error)) = listing.failed(PoolError(.unimplemented, "nothing is listed")) {
            errors.append(error)
        }

        var bench = Bench(workers: 1)
        var id = bench.start([1])
        bench.state.cancel(id)
        bench.collect()
        note(bench, id)
        id = bench.start([1])
        bench.advance(to: 1_000)
        note(bench, id)

        id = bench.start([1], deadline: 0)
        note(bench, id)

        let refusals: [ErrorReply] = [
            ErrorReply(status: .resourceExhausted, message: "busy", retryAfterMicroseconds: 5_000),
            ErrorReply(status: .unavailable, message: "not ready"),
            ErrorReply(answering: try Self.otherModel()),
        ]
        for refusal in refusals {
            bench = Bench(workers: 1)
            id = bench.start([1])
            let (request, link) = bench.out[0]
            bench.refuse(request, link, refusal)
            note(bench, id)
        }
        bench = Bench(workers: 4)
        for _ in 0..<6 {
            id = bench.start([1])
            while let (request, link) = bench.out.popLast() {
                bench.refuse(request, link, ErrorReply(status: .resourceExhausted, message: "busy"))
            }
        }
        note(bench, id)

        bench = try Bench(workers: 1, configuration: .init(window: .init(requests: 1), waitingParts: 1))
        _ = bench.start([1])
        let waiting = bench.start([1], deadline: 500)
        id = bench.start([1])
        note(bench, id)
        bench.advance(to: 500)
        note(bench, waiting)

        bench = Bench(workers: 1, areReady: false)
        id = bench.start([1])
        bench.state.handle(.failed(.unavailable, reason: "refused"), at: bench.links[0], now: 0)
        bench.collect()
        note(bench, id)
        bench = Bench(workers: 1, areReady: false)
        id = bench.start([1])
        bench.state.handle(.unopened(reason: "too many open files"), at: bench.links[0], now: 0)
        bench.collect()
        note(bench, id)
        bench = Bench(workers: 1, areReady: false)
        id = bench.start([1])
        if let event = LinkEvent(.handshakeFailedAuthentication(status: 400)) {
            bench.state.handle(event, at: bench.links[0], now: 0)
        }
        bench.collect()
        note(bench, id)

        bench = Bench(workers: 1)
        id = bench.start([1])
        bench.deliver([1, 2, 3], from: bench.links[0])
        note(bench, id)
        bench = Bench(workers: 1)
        id = bench.start([1])
        bench.state.shutDown(.shutDownDuringCall)
        bench.collect()
        note(bench, id)

        bench = Bench(workers: 1)
        id = bench.start([1, 2], parts: 2)
        for model in [Fake.model, Fake.otherModel, Fake.model] {
            bench.models[0] = model
            guard !bench.out.isEmpty else { break }
            let (request, link) = bench.out.removeFirst()
            bench.deliver(bench.answer(request, link), from: link)
        }
        bench.answerAll()
        note(bench, id)

        bench = Bench(workers: 1, areReady: false)
        id = CallID(901)
        bench.state.start(id, .readiness, deadline: 1_000, allotted: .seconds(1), waitsForReady: true, now: 0)
        bench.advance(to: 1_000)
        note(bench, id)

        var (listed, source) = Bench.listing(["a", "b"])
        let question = CallID(900)
        listed.state.start(question, .control(.health, LinkID(0)), deadline: 1_000, allotted: .zero, now: 0)
        listed.collect()
        listed.take(["b"], from: source)
        note(listed, question)
        return errors
    }
}
