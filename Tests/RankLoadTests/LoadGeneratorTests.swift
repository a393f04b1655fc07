import RankCore
import RankLoad
import RankProtocol
import Testing
import ZMQ

/// The generator against a scripted worker on a socket.
@Suite(.timeLimit(.minutes(5))) struct LoadGeneratorTests {
    private static let requests = RequestSet(candidates: 3, topK: 0, users: 1...9, candidateIDs: 1...9, seed: 1)

    /// Loads a worker that answers each request by what `reply` makes of it.
    private func load(
        _ pattern: LoadPattern,
        seconds: Double,
        deadline: Duration = .seconds(5),
        _ reply: @escaping ScriptedWorker.Reply
    ) throws -> LoadResult {
        let worker = try ScriptedWorker(reply)
        defer { worker.stop() }
        var generator = try LoadGenerator([worker.endpoint])
        return try generator.run(pattern, Self.requests, seconds: seconds, deadline: deadline)
    }

    @Test func everyRequestOfTheScheduleIsSentAndCounted() throws {
        let schedule = ArrivalSchedule(rate: 500, spacing: .constant, seed: 1)
        let result = try load(.open(schedule), seconds: 0.5) { ScriptedWorker.scores($0, &$1) }
        #expect(result.offered + result.failed >= 249)
        #expect(result.offered == result.answered + result.failed)
        #expect(result.latencies.count == UInt64(result.answered))
        #expect(result.inTime <= result.answered)
    }

    @Test func aClosedLoopHasNoMoreOutThanAskedFor() throws {
        let result = try load(.closed(outstanding: 4), seconds: 0.2) { ScriptedWorker.scores($0, &$1) }
        #expect(result.answered > 4)
        #expect(result.offered == result.answered + result.failed)
    }

    @Test func errorsAreCountedByTheirStatus() throws {
        let result = try load(.closed(outstanding: 1), seconds: 0.1) { header, writer in
            let reply = ReplyHeader(id: header.id, kind: .error, model: .unspecified, profile: .unspecified)
            writer.encodeErrorReply(reply, error: ErrorReply(status: .resourceExhausted, message: "busy"))
        }
        #expect(result.answered == 0)
        #expect(result.goodput == 0)
        #expect(result.errors["RESOURCE_EXHAUSTED", default: 0] > 0, "\(result.errors)")
    }

    @Test func whatIsNeverAnsweredIsCounted() throws {
        let schedule = ArrivalSchedule(rate: 100, spacing: .constant, seed: 1)
        let result = try load(.open(schedule), seconds: 0.2, deadline: .milliseconds(1)) { _, writer in
            // An answer to nobody.
            let reply = ReplyHeader(
                id: RequestID(rawValue: .max),
                kind: .health,
                model: .unspecified,
                profile: .unspecified
            )
            writer.encodeHealthReply(reply, isServing: true)
        }
        #expect(result.answered == 0)
        #expect(result.failed == result.offered)
        #expect(result.errors["no answer", default: 0] > 0, "\(result.errors)")
    }
}
