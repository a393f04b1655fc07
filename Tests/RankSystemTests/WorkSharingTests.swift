import RankSystem
import Synchronization
import Testing

@Suite("Work sharing", .timeLimit(.minutes(5)))
struct WorkSharingTests {
    private final class Counters: Sendable {
        private let counts: Mutex<[Int]>

        init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }

        func add(_ number: Int) { counts.withLock { $0[number] += 1 } }

        var values: [Int] { counts.withLock { $0 } }
    }

    @Test(arguments: [1, 2, 7])
    func eachNumberIsTakenOnceWhateverTheCountOfThreads(count: Int) {
        let taken = Counters(100)
        WorkSharing.share(100, threads: count) {
            0
        } body: { _, number in
            taken.add(number)
        }
        #expect(taken.values == [Int](repeating: 1, count: 100))
        WorkSharing.share(0, threads: count) {
            Issue.record("a thread without work made a state")
        } body: { _, _ in
        }
        #expect(Processors.available >= 1)
    }

    @Test
    func aHopReturnsWhenTheBodyHas() {
        let taken = Counters(1)
        WorkSharing.hop { taken.add(0) }
        #expect(taken.values == [1])
    }
}
