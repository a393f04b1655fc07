package import RankCore
import Synchronization

/// A worker's counters since its start, one number for each ``WorkerCounter``.
///
/// The scoring thread alone counts, without a lock and without an atomic read-modify-write; any thread may read. Each
/// number is right by itself; two of them may belong to neighbouring steps.
package final class WorkerCounters: Sendable {
    /// One for each case, in their order.
    private let values = InlineArray<14, Atomic<UInt64>> { _ in Atomic(0) }

    /// Every counter is 0.
    package init() {}

    /// The number that a counter has reached.
    package subscript(counter: WorkerCounter) -> UInt64 { values[counter.place].load(ordering: .relaxed) }

    /// Every counter and its number, in the order of STATS.
    package var all: [(counter: WorkerCounter, count: UInt64)] { WorkerCounter.allCases.map { ($0, self[$0]) } }

    /// Counts; only the scoring thread does.
    ///
    /// - Parameters:
    ///   - counter: The counter.
    ///   - amount: The number to add.
    @inline(__always)
    package func count(_ counter: WorkerCounter, _ amount: UInt64 = 1) {
        let place = counter.place
        values[place].store(values[place].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}

extension WorkerCounter {
    /// The counter's place among ``allCases``.
    @inline(__always)
    package var place: Int {
        // Proof: an enum of up to 256 cases without payloads is one byte, the number of its case.
        Int(unsafe unsafeBitCast(self, to: UInt8.self))
    }
}
