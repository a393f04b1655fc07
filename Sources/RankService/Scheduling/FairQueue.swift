package import RankCore
import RankProtocol

/// The requests of a worker and their order: fair between clients, interactive ones before bulk ones.
///
/// A *flow* holds the requests of one client in one class, first come first served. Flows of a class take turns by
/// deficit round robin (Shreedhar and Varghese 1995): each turn earns a flow a quantum of time, and it works while
/// what it has covers its next slice. The classes share by weighted fair queueing, 16 to 1, so that bulk work neither
/// holds interactive work up for longer than a slice nor starves. Since the unit of work is a slice, a long list
/// is interrupted and goes on in its flow's next turn.
///
/// Pure: requests are small numbers, clients are keys, times are in nanoseconds. Allocates nothing after its
/// initialisation.
///
/// - Complexity: O(1) for each operation, beside the search among the flows that have work.
package struct FairQueue: ~Copyable {
    /// The weight of an interactive nanosecond in bulk ones.
    package static let bulkWeight: UInt64 = 16

    private struct Entry {
        var flow = -1
        var next = -1
        var previous = -1
        var cost: UInt64 = 0
        var bytes = 0
    }

    struct Flow {
        var client: UInt64 = 0
        var isBulk = false
        var first = -1
        var last = -1
        var count = 0
        var bytes = 0
        var backlog: UInt64 = 0
        var deficit: Int64 = 0
        var next = -1
        var previous = -1
    }

    /// The state of a class.
    private struct ClassState {
        /// The flow whose turn it is, -1 without one.
        var current = -1
        var backlog: UInt64 = 0
        /// The time that the class has worked, weighted.
        var virtualTime: UInt64 = 0
    }

    private let quantum: Int64
    private var entries: [Entry]
    private(set) var flows: [Flow]
    /// The flows that have requests are the first `activeCount` numbers; the free ones follow.
    private(set) var active: [Int]
    private(set) var activeCount = 0
    private var interactive = ClassState()
    private var bulk = ClassState()
    private var virtualTime: UInt64 = 0

    /// The number of requests in the queue, those in work included.
    package private(set) var count = 0

    /// The bytes of these requests.
    package private(set) var byteCount = 0

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - capacity: How many requests the queue can hold; they are numbered from 0 on.
    ///   - quantum: The time that a flow earns with each turn: the cost of a slice, in nanoseconds.
    package init(capacity: Int, quantum: UInt64 = ScoringCostModel.slice) {
        self.quantum = Int64(clamping: quantum)
        entries = Array(repeating: Entry(), count: capacity)
        flows = Array(repeating: Flow(), count: capacity)
        active = Array(0..<capacity)
    }

    /// The estimated cost of everything in the queue, in nanoseconds.
    package var backlog: UInt64 { interactive.backlog &+ bulk.backlog }

    /// The flow of a client in a class, -1 if it has no request.
    func flow(of client: UInt64, isBulk: Bool) -> Int {
        for index in 0..<activeCount {
            let flow = active[index]
            if flows[flow].client == client, flows[flow].isBulk == isBulk { return flow }
        }
        return -1
    }

    /// Puts a request behind the others of its client and class.
    ///
    /// - Parameters:
    ///   - entry: The request's number, not in the queue yet.
    ///   - client: The client's key.
    ///   - requestClass: The request's class.
    ///   - cost: The request's estimated cost, in nanoseconds.
    ///   - bytes: The request's size.
    package mutating func insert(
        _ entry: Int,
        client: UInt64,
        requestClass: RequestClass,
        cost: UInt64,
        bytes: Int = 0
    ) {
        let isBulk = requestClass == .bulk
        var flow = flow(of: client, isBulk: isBulk)
        if flow < 0 { flow = openFlow(client, isBulk: isBulk) }
        let last = flows[flow].last
        entries[entry] = Entry(flow: flow, previous: last, cost: cost, bytes: bytes)
        if last < 0 { flows[flow].first = entry } else { entries[last].next = entry }
        flows[flow].last = entry
        flows[flow].count += 1
        flows[flow].bytes += bytes
        count += 1
        byteCount += bytes
        addBacklog(cost, flow: flow)
    }

    /// Chooses the request that works next.
    ///
    /// - Parameter canWork: Whether the first request of a flow may work now; one that may not lets others pass.
    /// - Returns: The request's number; nil if none may work.
    package mutating func next(where canWork: (Int) -> Bool = { _ in true }) -> Int? {
        let quantum = UInt64(self.quantum)
        let interactiveEnd = interactive.virtualTime &+ quantum
        let bulkEnd = bulk.virtualTime &+ quantum &* Self.bulkWeight
        let isBulkFirst = interactive.current < 0 || (bulk.current >= 0 && bulkEnd < interactiveEnd)
        return next(isBulk: isBulkFirst, canWork) ?? next(isBulk: !isBulkFirst, canWork)
    }

    private mutating func next(isBulk: Bool, _ canWork: (Int) -> Bool) -> Int? {
        var flow = isBulk ? bulk.current : interactive.current
        guard flow >= 0 else { return nil }
        // Debts have a limit of eight quanta, so that every flow has its turn within as many rounds.
        for _ in 0...(10 * activeCount) {
            let entry = flows[flow].first
            let mayWork = canWork(entry)
            if mayWork, flows[flow].deficit >= min(Int64(clamping: entries[entry].cost), quantum) {
                setCurrent(flow, isBulk: isBulk)
                return entry
            }
            flow = flows[flow].next
            if canWork(flows[flow].first) { flows[flow].deficit += quantum }
        }
        setCurrent(flow, isBulk: isBulk)
        return nil
    }

    /// Takes note of the work on a request.
    ///
    /// - Parameters:
    ///   - entry: The request, still in the queue.
    ///   - nanoseconds: How long the work took, in nanoseconds.
    ///   - remaining: The estimated cost of the rest, in nanoseconds.
    package mutating func charge(_ entry: Int, nanoseconds: UInt64, remaining: UInt64) {
        let flow = entries[entry].flow
        flows[flow].deficit = max(
            flows[flow].deficit - Int64(clamping: min(nanoseconds, 1 << 40)),
            -8 * quantum
        )
        if flows[flow].isBulk {
            virtualTime = max(virtualTime, bulk.virtualTime)
            bulk.virtualTime &+= min(nanoseconds, 1 << 40) &* Self.bulkWeight
        } else {
            virtualTime = max(virtualTime, interactive.virtualTime)
            interactive.virtualTime &+= min(nanoseconds, 1 << 40)
        }
        removeBacklog(entries[entry].cost, flow: flow)
        entries[entry].cost = remaining
        addBacklog(remaining, flow: flow)
    }

    /// Takes a request out.
    ///
    /// - Parameter entry: The request, at any place in the queue.
    package mutating func remove(_ entry: Int) {
        let removed = entries[entry]
        let flow = removed.flow
        if removed.previous < 0 {
            flows[flow].first = removed.next
        } else {
            entries[removed.previous].next = removed.next
        }
        if removed.next < 0 {
            flows[flow].last = removed.previous
        } else {
            entries[removed.next].previous = removed.previous
        }
        flows[flow].count -= 1
        flows[flow].bytes -= removed.bytes
        count -= 1
        byteCount -= removed.bytes
        removeBacklog(removed.cost, flow: flow)
        entries[entry] = Entry()
        if flows[flow].count == 0 { closeFlow(flow) }
    }

    /// The first request of a client that fulfils a condition, in either class.
    package func first(of client: UInt64, where isWanted: (Int) -> Bool) -> Int? {
        for isBulk in [false, true] {
            let flow = flow(of: client, isBulk: isBulk)
            var entry = flow < 0 ? -1 : flows[flow].first
            while entry >= 0 {
                if isWanted(entry) { return entry }
                entry = entries[entry].next
            }
        }
        return nil
    }

    /// The estimated cost of the rest of a request, in nanoseconds.
    package func cost(of entry: Int) -> UInt64 { entries[entry].cost }

    /// The estimated backlog of a class, in nanoseconds.
    func backlog(isBulk: Bool) -> UInt64 { isBulk ? bulk.backlog : interactive.backlog }
}

extension FairQueue {
    // MARK: Flows

    private mutating func openFlow(_ client: UInt64, isBulk: Bool) -> Int {
        let flow = active[activeCount]
        activeCount += 1
        flows[flow] = Flow(client: client, isBulk: isBulk)
        let current = isBulk ? bulk.current : interactive.current
        if current < 0 {
            flows[flow].next = flow
            flows[flow].previous = flow
            flows[flow].deficit = quantum
            setCurrent(flow, isBulk: isBulk)
            // A class that had nothing to do has not saved time up.
            if isBulk {
                bulk.virtualTime = max(bulk.virtualTime, virtualTime)
            } else {
                interactive.virtualTime = max(interactive.virtualTime, virtualTime)
            }
        } else {
            let last = flows[current].previous
            flows[flow].next = current
            flows[flow].previous = last
            flows[last].next = flow
            flows[current].previous = flow
        }
        return flow
    }

    private mutating func closeFlow(_ flow: Int) {
        let (next, previous, isBulk) = (flows[flow].next, flows[flow].previous, flows[flow].isBulk)
        let current = isBulk ? bulk.current : interactive.current
        if next == flow {
            setCurrent(-1, isBulk: isBulk)
        } else {
            flows[previous].next = next
            flows[next].previous = previous
            if current == flow {
                setCurrent(next, isBulk: isBulk)
                flows[next].deficit += quantum
            }
        }
        // Flows that have work come first; their order does not matter.
        for index in 0..<activeCount where active[index] == flow {
            activeCount -= 1
            active[index] = active[activeCount]
            active[activeCount] = flow
            break
        }
    }

    private mutating func setCurrent(_ flow: Int, isBulk: Bool) {
        if isBulk { bulk.current = flow } else { interactive.current = flow }
    }

    private mutating func addBacklog(_ cost: UInt64, flow: Int) {
        flows[flow].backlog &+= cost
        if flows[flow].isBulk { bulk.backlog &+= cost } else { interactive.backlog &+= cost }
    }

    private mutating func removeBacklog(_ cost: UInt64, flow: Int) {
        flows[flow].backlog &-= cost
        if flows[flow].isBulk { bulk.backlog &-= cost } else { interactive.backlog &-= cost }
    }
}
