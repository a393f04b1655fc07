import RankService
import Testing

@Suite("Watchdog")
struct WatchdogTests {
    /// Looks at a thread whose tick stays the same, every `interval` up to a time.
    private static func look(
        _ watchdog: inout Watchdog,
        from start: UInt64,
        to end: UInt64,
        slowStep: UInt64 = 0
    ) -> Watchdog.Verdict {
        var verdict = Watchdog.Verdict.alive
        for now in stride(from: start, through: end, by: 1_000_000) {
            verdict = watchdog.look(tick: 1, slowStep: slowStep, at: now)
        }
        return verdict
    }

    /// The limits in milliseconds.
    private static func watchdog() -> Watchdog {
        Watchdog(WatchdogLimits(stalled: 8_000_000, hopeless: 40_000_000), at: 0)
    }

    @Test
    func aThreadWithoutProgressIsStalledThenGivenUpAStepMakesItAliveAgain() {
        var watchdog = Self.watchdog()
        // The first look sees a tick that it did not know.
        #expect(Self.look(&watchdog, from: 1_000_000, to: 9_000_000) == .alive)
        #expect(Self.look(&watchdog, from: 10_000_000, to: 10_000_000) == .stalled(9_000_000))
        #expect(watchdog.look(tick: 2, slowStep: 0, at: 11_000_000) == .alive)
        #expect(watchdog.look(tick: 1, slowStep: 0, at: 12_000_000) == .alive)
        #expect(Self.look(&watchdog, from: 13_000_000, to: 52_000_000) == .stalled(40_000_000))
        #expect(Self.look(&watchdog, from: 53_000_000, to: 53_000_000) == .hopeless(41_000_000))
    }

    @Test
    func slowStepsAllowForMore20OfThemUntilItIsStalled100UntilItIsGivenUp() {
        var watchdog = Self.watchdog()
        let slow: UInt64 = 1_000_000
        #expect(Self.look(&watchdog, from: 1_000_000, to: 21_000_000, slowStep: slow) == .alive)
        #expect(Self.look(&watchdog, from: 22_000_000, to: 101_000_000, slowStep: slow) == .stalled(100_000_000))
        #expect(Self.look(&watchdog, from: 102_000_000, to: 102_000_000, slowStep: slow) == .hopeless(101_000_000))
        #expect(watchdog.look(tick: 1, slowStep: .max, at: 103_000_000) == .alive)
    }

    @Test
    func timeWithoutALookDoesNotCountAFrozenProcessIsNotBlamed() {
        var watchdog = Self.watchdog()
        #expect(watchdog.look(tick: 1, slowStep: 0, at: 1_000_000) == .alive)
        #expect(watchdog.look(tick: 1, slowStep: 0, at: 3_600_000_000_000) == .alive)
        #expect(watchdog.interval == 1_000_000)
    }
}
