import RankService
import Testing

@Suite("Drain")
struct DrainTests {
    static let second: UInt64 = 1_000_000_000

    @Test
    func withoutAGraceNewRequestsAreRefusedAtOnceASecondLaterNothingIsHeardThenItIsOver() {
        var drain = Drain(grace: 0, maximum: 25 * Self.second)
        #expect(drain.phase(at: 5 * Self.second) == .serving && drain.refusal == nil)
        drain.begin(at: 5 * Self.second)
        #expect(drain.refusal == 5 * Self.second)
        #expect(drain.phase(at: 5 * Self.second) == .refusing)
        #expect(drain.phase(at: 6 * Self.second - 1) == .refusing)
        #expect(drain.phase(at: 6 * Self.second) == .closed)
        #expect(drain.phase(at: 30 * Self.second - 1) == .closed)
        #expect(drain.phase(at: 30 * Self.second) == .over)
    }

    @Test
    func withAGraceItServesOnAskingAgainShiftsNothing() {
        var drain = Drain(grace: 10 * Self.second, maximum: 25 * Self.second)
        drain.begin(at: 0)
        drain.begin(at: 9 * Self.second)
        #expect(drain.phase(at: 10 * Self.second - 1) == .grace)
        #expect(drain.phase(at: 10 * Self.second) == .refusing)
        #expect(drain.phase(at: 25 * Self.second) == .over)
    }

    @Test
    func theMaximumCutsAGraceOff() {
        var drain = Drain(grace: 60 * Self.second, maximum: Self.second)
        drain.begin(at: 0)
        #expect(drain.phase(at: Self.second - 1) == .grace)
        #expect(drain.phase(at: Self.second) == .over)
    }
}
