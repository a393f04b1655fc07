import RankLoad
import RankSystem
import Synchronization
import Testing
import ZMQ

/// Calls that need no worker.
@Suite(.timeLimit(.minutes(5))) struct CallLoadTests {
    /// Makes the load on a thread of its own: it blocks, and the calls need the threads of the tests.
    private func run(
        _ load: CallLoad,
        _ pattern: LoadPattern,
        seconds: Double,
        deadline: Duration = .seconds(60)
    ) async throws -> LoadResult {
        let found = Mutex<LoadResult?>(nil)
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            let thread = try? OwnedThread<Void, Never>.start(name: "load") { starter in
                starter.started(())
                let result = load.run(pattern, seconds: seconds, deadline: deadline)
                found.withLock { $0 = result }
                ended.resume()
            }
            if thread == nil { ended.resume() }
        }
        return try #require(found.withLock { $0 })
    }

    private static let schedule = ArrivalSchedule(rate: 1_000, spacing: .constant, seed: 1)

    @Test func everyCallOfTheScheduleIsMadeOnceAndCounted() async throws {
        let numbers = Mutex<[Int]>([])
        let load = CallLoad { number in
            numbers.withLock { $0.append(number) }
            return .answered(isPartial: number.isMultiple(of: 2))
        }
        let result = try await run(load, .open(Self.schedule), seconds: 0.1)
        // The first is due a gap after the start.
        #expect(result.offered == 99)
        #expect(numbers.withLock { $0.sorted() } == Array(1...99))
        #expect(result.answered == 99)
        #expect(result.inTime == 99)
        #expect(result.partial == 49)
        #expect(result.latencies.count == 99)
        #expect(result.lateness.count == 99)
        #expect(result.failed == 0)
        #expect(result.overrun == 0)
    }

    @Test func aClosedLoopHasNoMoreOutThanAskedFor() async throws {
        let out = Mutex((now: 0, most: 0))
        let load = CallLoad { _ in
            out.withLock { out in
                out.now += 1
                out.most = max(out.most, out.now)
            }
            await Task.yield()
            out.withLock { $0.now -= 1 }
            return .answered(isPartial: false)
        }
        let result = try await run(load, .closed(outstanding: 4), seconds: 2)
        #expect(result.answered > 4)
        #expect(result.offered == result.answered)
        #expect(out.withLock { $0.most } <= 4)
        #expect(out.withLock { $0.now } == 0)
    }

    @Test func failuresAreCountedByCodeWithTheFirstMessageOfEach() async throws {
        let load = CallLoad { number in
            number.isMultiple(of: 3)
                ? .failed(code: "ABORTED", message: "number \(number)")
                : .failed(code: "UNAVAILABLE", message: "nobody")
        }
        let result = try await run(load, .open(Self.schedule), seconds: 0.031)
        #expect(result.errors == ["ABORTED": 10, "UNAVAILABLE": 20])
        #expect(result.examples["UNAVAILABLE"] == "nobody")
        #expect(result.examples["ABORTED"]?.hasPrefix("number ") == true)
        #expect(result.failureTimes.count == 30)
        #expect(result.answered == 0)
        #expect(result.latencies.count == 0)
    }

    @Test func whatIsLateIsNotInTimeAndTheLongestIsTold() async throws {
        let load = CallLoad { _ in
            try? await Task.sleep(for: .milliseconds(5))
            return .answered(isPartial: false)
        }
        let result = try await run(load, .closed(outstanding: 1), seconds: 0.01, deadline: .milliseconds(1))
        #expect(result.answered > 0)
        #expect(result.inTime == 0)
        #expect(try #require(result.overrun) >= 4_000_000)
    }

    @Test func aCallThatDoesNotEndIsGivenUp() async throws {
        let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])
        let load = CallLoad(patience: .milliseconds(10)) { number in
            if number > 5 {
                await withCheckedContinuation { waiter in waiters.withLock { $0.append(waiter) } }
            }
            return .answered(isPartial: false)
        }
        let result = try await run(load, .open(Self.schedule), seconds: 0.0085, deadline: .milliseconds(1))
        #expect(result.offered == 8)
        #expect(result.errors["did not end"] == 8 - result.answered)
        #expect(result.answered <= 5)
        for waiter in waiters.withLock({ $0 }) { waiter.resume() }
    }
}
