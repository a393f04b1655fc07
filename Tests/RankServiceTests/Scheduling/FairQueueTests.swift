import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite("FairQueue")
struct FairQueueTests {
    static let slice = ScoringCostModel.slice

    /// A queue and what was done in it, slice by slice.
    struct Simulation: ~Copyable {
        var queue = FairQueue(capacity: 1_024)
        /// What is left of each request.
        var remaining: [Int: UInt64] = [:]
        var client: [Int: UInt64] = [:]
        var now: UInt64 = 0
        /// The time worked for each client.
        var worked: [UInt64: UInt64] = [:]

        mutating func insert(_ entry: Int, client: UInt64, cost: UInt64, _ requestClass: RequestClass = .interactive) {
            queue.insert(entry, client: client, requestClass: requestClass, cost: cost)
            remaining[entry] = cost
            self.client[entry] = client
        }

        /// Works for one slice; the request's number, and whether it is done.
        mutating func step() -> (entry: Int, isDone: Bool)? {
            guard let entry = queue.next(), let left = remaining[entry], let client = client[entry] else { return nil }
            let part = min(left, FairQueueTests.slice)
            now += part
            worked[client, default: 0] += part
            remaining[entry] = left - part
            queue.charge(entry, nanoseconds: part, remaining: left - part)
            if left == part { queue.remove(entry) }
            return (entry, left == part)
        }
    }

    @Test
    func requestsOfOneClientAreServedInTheirOrderEachToItsEnd() {
        var simulation = Simulation()
        for entry in 0..<10 { simulation.insert(entry, client: 1, cost: UInt64(1 + entry % 3) * 150_000) }
        var done: [Int] = []
        var begun: [Int] = []
        while let (entry, isDone) = simulation.step() {
            if begun.last != entry { begun.append(entry) }
            if isDone { done.append(entry) }
        }
        #expect(done == Array(0..<10) && begun == done)
        #expect(simulation.queue.count == 0 && simulation.queue.backlog == 0 && simulation.queue.byteCount == 0)
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func clientsThatAlwaysHaveWorkGetEqualTimeWhateverTheirRequestsCost(seed: UInt64) {
        var numbers = ScoringCostModelTests.Numbers(state: seed)
        var simulation = Simulation()
        let clients: [UInt64] = [1, 2, 3, 4, 5]
        var entry = 0
        func cost(_ client: UInt64) -> UInt64 {
            client == 1 ? 10_000_000 : UInt64(1_000 + numbers.next(below: 100_000 * Int(client)))
        }
        for client in clients {
            for _ in 0..<2 {
                simulation.insert(entry, client: client, cost: cost(client))
                entry += 1
            }
        }
        for _ in 0..<20_000 {
            guard let (served, isDone) = simulation.step() else { break }
            if isDone, let client = simulation.client[served] {
                simulation.insert(served, client: client, cost: cost(client))
            }
            // The bound of deficit round robin: a quantum and a slice, at any time.
            let shares = clients.map { simulation.worked[$0, default: 0] }
            #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 3 * Self.slice)
        }
    }

    @Test(arguments: 1...8)
    func whoeverSendsSeldomWaitsForItsTurnAndASliceAtMost(others: Int) {
        var numbers = ScoringCostModelTests.Numbers(state: UInt64(others))
        var simulation = Simulation()
        for other in 0..<others { simulation.insert(other, client: UInt64(other), cost: 1 << 40) }
        for _ in 0..<500 {
            for _ in 0..<numbers.next(below: 30) { _ = simulation.step() }
            let arrival = simulation.now
            simulation.insert(1_000, client: 1_000, cost: 50_000)
            while let (entry, _) = simulation.step(), entry != 1_000 {}
            let wait = simulation.now - 50_000 - arrival
            #expect(wait <= UInt64(others) * Self.slice + Self.slice)
        }
    }

    @Test
    func anInteractiveRequestPassesBulkWorkAtTheNextSlice() {
        var simulation = Simulation()
        for entry in 0..<4 { simulation.insert(entry, client: UInt64(entry), cost: 1 << 40, .bulk) }
        for round in 0..<1_000 {
            for _ in 0..<(round % 7) { _ = simulation.step() }
            // Below the sixteenfold share: one small request in a while.
            simulation.insert(10, client: UInt64(100 + round % 3), cost: 60_000)
            #expect(simulation.step()?.entry == 10)
            _ = simulation.step()
        }
    }

    @Test
    func bulkWorkGetsASixteenthBesideInteractiveWorkWithoutEnd() {
        var simulation = Simulation()
        simulation.insert(0, client: 1, cost: 1 << 40)
        simulation.insert(1, client: 2, cost: 1 << 40, .bulk)
        for _ in 0..<17_000 { _ = simulation.step() }
        #expect(abs(Int(simulation.worked[2, default: 0] / Self.slice) - 1_000) <= 2)
    }

    @Test(arguments: [RequestClass.interactive, .bulk])
    func aClassThatWasIdleHasNotSavedUpTime(first: RequestClass) {
        var simulation = Simulation()
        simulation.insert(0, client: 1, cost: 1 << 40, first)
        for _ in 0..<10_000 { _ = simulation.step() }
        simulation.insert(1, client: 2, cost: 1 << 40, first == .bulk ? .interactive : .bulk)
        let before = simulation.worked[1, default: 0]
        for _ in 0..<1_700 { _ = simulation.step() }
        let share = Int((simulation.worked[1, default: 0] - before) / Self.slice)
        #expect(abs(share - (first == .bulk ? 100 : 1_600)) <= 17)
    }

    @Test
    func aRequestThatMayNotWorkYetLetsOthersPassAndTakesItsTurnLater() {
        var queue = FairQueue(capacity: 8)
        for entry in 0..<3 { queue.insert(entry, client: UInt64(entry), requestClass: .interactive, cost: 1_000) }
        #expect(queue.next { $0 == 2 } == 2)
        #expect(queue.next { _ in false } == nil)
        #expect(queue.next() != nil)
        #expect(queue.count == 3)
    }

    @Test
    func whatWasMeasuredCountsNotWhatWasEstimatedAFlowInDebtWaitsAndNotForEver() {
        var queue = FairQueue(capacity: 8)
        queue.insert(0, client: 1, requestClass: .interactive, cost: 1 << 40)
        queue.insert(1, client: 2, requestClass: .interactive, cost: 1 << 40)
        #expect(queue.next() == 0)
        queue.charge(0, nanoseconds: 1 << 50, remaining: 1 << 40)
        var turns = 0
        while queue.next() == 1 {
            queue.charge(1, nanoseconds: Self.slice, remaining: 1 << 40)
            turns += 1
        }
        #expect((7...9).contains(turns))
    }

    @Test(arguments: [1, 2, 3])
    func requestsAreTakenOutWhereverTheyStand(seed: UInt64) {
        var numbers = ScoringCostModelTests.Numbers(state: seed)
        var simulation = Simulation()
        var inside: Set<Int> = []
        for _ in 0..<20_000 {
            let entry = numbers.next(below: 64)
            switch numbers.next(below: 3) {
            case 0 where !inside.contains(entry):
                let client = UInt64(numbers.next(below: 7))
                let requestClass: RequestClass = numbers.next(below: 2) == 0 ? .bulk : .interactive
                simulation.insert(entry, client: client, cost: UInt64(numbers.next(below: 900_000)), requestClass)
                inside.insert(entry)
            case 1 where inside.contains(entry):
                simulation.queue.remove(entry)
                simulation.remaining[entry] = nil
                inside.remove(entry)
            default:
                if let (served, isDone) = simulation.step() {
                    #expect(inside.contains(served))
                    if isDone {
                        inside.remove(served)
                        simulation.remaining[served] = nil
                    }
                }
            }
            #expect(simulation.queue.count == inside.count)
            #expect(simulation.queue.backlog == simulation.remaining.values.reduce(0, +))
        }
    }

    @Test
    func theRequestsOfAClientAreFoundInBothClasses() {
        var queue = FairQueue(capacity: 8)
        queue.insert(0, client: 1, requestClass: .interactive, cost: 1)
        queue.insert(1, client: 1, requestClass: .bulk, cost: 1)
        queue.insert(2, client: 2, requestClass: .bulk, cost: 1)
        #expect(queue.first(of: 1) { $0 == 1 } == 1)
        #expect(queue.first(of: 1) { $0 == 2 } == nil)
        #expect(queue.first(of: 3) { _ in true } == nil)
    }
}
