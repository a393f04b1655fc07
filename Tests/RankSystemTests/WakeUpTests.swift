import RankSystem
import Testing

@Suite("Wake-up", .timeLimit(.minutes(5)))
struct WakeUpTests {
    @Test func ringsCountOnceUntilTheyAreCleared() throws {
        let wakeUp = try WakeUp()
        let before = wakeUp.wait(milliseconds: 0)
        wakeUp.bell.ring()
        wakeUp.bell.ring()
        let rung = wakeUp.wait(milliseconds: -1)
        let after = wakeUp.wait(milliseconds: 0)
        #expect(!before && rung && !after)
    }

    @Test func aLateRingIsHarmless() throws {
        let bell = try WakeUp().bell
        bell.ring()
        bell.ring()
    }
}
