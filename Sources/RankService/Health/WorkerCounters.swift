package import RankCore
import Synchronization

/// A worker's counters since its start, one number for each ``WorkerCounter``.
///
/// The scoring thread alone counts, without a lock and without an atomic read-modify-write; any thread may read. Each
/// number is right by itself; two of them may belong to neighbouring steps.
@safe
package final class WorkerCounters: Sendable {
    /// One for each case, in their order.
    // Proof: the pointer is constant, and atomic numbers may be read and written on any thread.
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<UInt64>>

    /// Every counter is 0.
    package init() {
        unsafe values = .allocate(capacity: WorkerCounter.allCases.count)
        for place in WorkerCounter.allCases.indices { unsafe (values + place).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe values.deinitialize(count: WorkerCounter.allCases.count)
        unsafe values.deallocate()
    }

    /// The number that a counter has reached.
    package subscript(counter: WorkerCounter) -> UInt64 {
        // The place of a case is less than the number of cases.
        unsafe values[counter.place].load(ordering: .relaxed)
    }

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
        unsafe values[place].store(values[place].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
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
