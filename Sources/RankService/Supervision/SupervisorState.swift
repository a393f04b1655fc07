package import RankSystem

/// Decides when worker processes are started, stopped and given up: pure, with the time as an argument.
///
/// A process that ends is started again after 100 ms, 200 ms and so on up to 30 s; one that had run for a minute begins
/// anew. A process whose very first run ends with a code of a permanent failure (64, 65, 69) takes the others down: a
/// mistake in the command line or in the model is reported at once, and not repeated for ever.
package struct SupervisorState {
    /// The first delay, in nanoseconds.
    package static let firstDelay: UInt64 = 100_000_000
    /// The longest delay, in nanoseconds.
    package static let longestDelay: UInt64 = 30_000_000_000
    /// The length of a run that shows that the process works, in nanoseconds.
    package static let goodRun: UInt64 = 60_000_000_000

    private enum Slot {
        case running(since: UInt64)
        case waiting(until: UInt64)
        case ended
    }

    private var slots: [Slot]
    private var failures: [Int]
    private var isFirstRun: [Bool]
    /// The exit code, once all have ended.
    package private(set) var exitCode: Int32 = 0
    /// No process is started any more.
    package private(set) var isStopping = false

    /// All processes are to be started at once.
    package init(count: Int) {
        slots = Array(repeating: .waiting(until: 0), count: count)
        failures = Array(repeating: 0, count: count)
        isFirstRun = Array(repeating: true, count: count)
    }

    /// Whether no process runs and none will.
    package var isFinished: Bool {
        isStopping
            && slots.allSatisfy {
                if case .running = $0 { return false }
                return true
            }
    }

    /// The numbers of the processes to start now; they count as running from now on.
    package mutating func due(at now: UInt64) -> [Int] {
        guard !isStopping else { return [] }
        return slots.indices.filter { index in
            guard case .waiting(let time) = slots[index], time <= now else { return false }
            slots[index] = .running(since: now)
            return true
        }
    }

    /// When the next process is due, in nanoseconds; nil if none waits.
    package var nextDue: UInt64? {
        guard !isStopping else { return nil }
        return slots.compactMap { if case .waiting(let time) = $0 { time } else { nil } }.min()
    }

    /// Starts no process any more; those that run are expected to end.
    package mutating func stop() {
        isStopping = true
    }

    /// A process has ended, or could not be started.
    ///
    /// - Returns: The time until it is started again, in nanoseconds; nil if it is not.
    package mutating func ended(_ index: Int, _ end: SpawnedProcess.End, at now: UInt64) -> UInt64? {
        guard case .running(let start) = slots[index] else { return nil }
        defer { isFirstRun[index] = false }
        if isStopping {
            slots[index] = .ended
            if case .exited(0) = end { return nil }
            if exitCode == 0 { exitCode = 70 }
            return nil
        }
        if isFirstRun[index], case .exited(let code) = end, [64, 65, 69].contains(code) {
            slots[index] = .ended
            isStopping = true
            exitCode = code
            return nil
        }
        failures[index] = now &- start >= Self.goodRun ? 1 : failures[index] + 1
        let delay = min(Self.firstDelay << UInt64(min(failures[index] - 1, 9)), Self.longestDelay)
        slots[index] = .waiting(until: now &+ delay)
        return delay
    }
}
