import RankSystem
import Testing

@Suite("Monotonic clock")
struct MonotonicClockTests {
    @Test(arguments: [
        (Int64.min, 0), (-1, 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (250_000, 250),
        (Int64.max, Int(Int32.max)),
    ])
    func roundsUpToMilliseconds(microseconds: Int64, milliseconds: Int) {
        #expect(MonotonicClock.wholeMilliseconds(ofMicroseconds: microseconds) == milliseconds)
    }

    @Test func theEndOfTimeIsNotPassed() {
        #expect(MonotonicClock.microseconds(after: .max) == .max)
    }
}
