import RankSystem
import Synchronization
import TestSupport
import Testing

@Suite("Owned thread", .timeLimit(.minutes(5)))
struct OwnedThreadTests {
    private struct Trouble: Error, Equatable { var text: String }

    @Test func startReportsWhatTheBodySays() throws {
        let wakeUp = try WakeUp()
        let bell = wakeUp.bell
        let waiting = Mutex<WakeUp?>(consume wakeUp)
        let hasEnded = Mutex(false)
        let thread = try OwnedThread<Int, Trouble>.start(name: "worker") { starter in
            guard let wakeUp = waiting.withLock({ $0.take() }) else { return }
            starter.started(7)
            wakeUp.wait(milliseconds: -1)
            hasEnded.withLock { $0 = true }
        }
        #expect(thread.info == 7)
        #expect(!hasEnded.withLock { $0 }, "the body runs on")
        let ring: @Sendable () -> Void = { bell.ring() }
        ring()
        try thread.join()
        try thread.join()
        #expect(hasEnded.withLock { $0 })
    }

    @Test func startThrowsWhatWentWrong() throws {
        let error = #expect(throws: ThreadStartError<Trouble>.self) {
            try OwnedThread<Int, Trouble>.start(name: "worker") { (_) throws(Trouble) in throw Trouble(text: "taken") }
        }
        guard case .failed(let failure)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure == Trouble(text: "taken"))
    }

    @Test func aBodyThatNeverStartsIsAnError() {
        let error = #expect(throws: ThreadStartError<Trouble>.self) {
            try OwnedThread<Void, Trouble>.start(name: "silent") { (_) throws(Trouble) in }
        }
        guard case .noThread(let failure)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.message.contains("silent ended before it had started"))
    }

    @Test func joinThrowsWhatTheBodyThrewLater() throws {
        let thread = try OwnedThread<Int, Trouble>.start(name: "late") { (starter) throws(Trouble) in
            starter.started(1)
            starter.started(2)
            throw Trouble(text: "late failure")
        }
        #expect(thread.info == 1)
        for _ in 0..<2 {
            let error = #expect(throws: Trouble.self) { try thread.join() }
            #expect(error?.text == "late failure")
        }
    }

    #if os(Linux)
    @Test func hasAName() throws {
        let thread = try OwnedThread<String, Never>.start(name: "a-name-of-more-than-15-bytes") { starter in
            var name = [CChar](repeating: 0, count: 32)
            let descriptor = open("/proc/thread-self/comm", O_RDONLY)
            let count = read(descriptor, &name, name.count)
            close(descriptor)
            starter.started(String(decoding: name.prefix(max(0, count - 1)).map { UInt8($0) }, as: UTF8.self))
        }
        #expect(thread.info == "a-name-of-more-")
        thread.join()
    }
    #endif

    @Test func aThreadNobodyJoinsEndsByItself() throws {
        for _ in 0..<200 {
            _ = try OwnedThread<Void, Never>.start(name: "alone") { starter in starter.started(()) }
        }
    }
}
