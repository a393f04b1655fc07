import RankCore
import RankService
import Testing

@Suite("WorkerCounters")
struct WorkerCountersTests {
    @Test
    func everyCounterHasAPlaceOfItsOwnInTheOrderOfTheCases() {
        #expect(WorkerCounter.allCases.map(\.place) == Array(0..<WorkerCounter.allCases.count))
        let counters = WorkerCounters()
        #expect(counters.all.map(\.counter) == WorkerCounter.allCases)
        #expect(counters.all.allSatisfy { $0.count == 0 })
    }

    @Test
    func countingOneLeavesTheOthersAlone() {
        let counters = WorkerCounters()
        for counter in WorkerCounter.allCases { counters.count(counter, UInt64(counter.place + 1)) }
        counters.count(.expired)
        for (counter, count) in counters.all {
            #expect(count == UInt64(counter.place + (counter == .expired ? 2 : 1)))
            #expect(counters[counter] == count)
        }
    }
}
