import RankLoad
import Testing

@Suite struct ArrivalScheduleTests {
    private func times(_ schedule: ArrivalSchedule, _ count: Int) -> [UInt64] {
        var schedule = schedule
        return (0..<count).map { _ in
            defer { schedule.advance() }
            return schedule.next
        }
    }

    @Test func constantGapsDoNotDrift() {
        let found = times(ArrivalSchedule(rate: 3, spacing: .constant, seed: 1), 30_000)
        #expect(found[2] == 1_000_000_000)
        #expect(found[29_999].distance(to: 10_000_000_000_000).magnitude <= 1_000)
    }

    @Test func oneSeedGivesOneSchedule() {
        let first = times(ArrivalSchedule(rate: 100, spacing: .poisson, seed: 7), 100)
        #expect(first == times(ArrivalSchedule(rate: 100, spacing: .poisson, seed: 7), 100))
        #expect(first != times(ArrivalSchedule(rate: 100, spacing: .poisson, seed: 8), 100))
        #expect(first == first.sorted())
    }

    @Test func poissonGapsAreExponential() {
        let found = times(ArrivalSchedule(rate: 1_000, spacing: .poisson, seed: 42), 100_001)
        let gaps = zip(found.dropFirst(), found).map { Double($0 - $1) / 1e6 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let long = gaps.filter { $0 > 2 }.count
        // Of a mean of 1 ms, and beyond twice the mean with e⁻².
        #expect(abs(mean - 1) < 0.02)
        #expect(abs(Double(long) / Double(gaps.count) - 0.1353) < 0.01)
    }
}
