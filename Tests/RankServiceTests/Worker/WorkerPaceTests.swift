import RankService
import Testing

@Suite("WorkerPace")
struct WorkerPaceTests {
    private static let slice = ScoringCostModel.slice

    /// A pace that has looked in its first turn and found nothing to receive, at a time of 0.
    private func idle() -> WorkerPace {
        var pace = WorkerPace(at: 0)
        _ = pace.beginTurn(at: 0)
        #expect(pace.takeLook() == true)
        pace.received(at: 0)
        pace.note(isDrained: true, hasRing: false)
        _ = pace.beginTurn(at: 0)
        return pace
    }

    @Test
    func aThreadThatBeginsLooksAndReceivesBeforeItWaits() {
        var pace = WorkerPace(at: 0)
        _ = pace.beginTurn(at: 0)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.takeLook() == true)
        #expect(pace.receives(at: 0, isEmpty: true) && !pace.takesOnlyFirst)
    }

    @Test
    func withNothingToDoItWaitsInTheReceiveOfItsOnlySocketOrElseForAllOfThemWithWorkItDoesNot() {
        var pace = idle()
        #expect(pace.chooseWait(isEmpty: false, canReceive: true) == .none)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .forNews)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .inReceive)
    }

    @Test
    func whatIsLeftToReceiveKeepsItFromWaiting() {
        var pace = idle()
        pace.note(isDrained: false, hasRing: false)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .none)
    }

    @Test
    func aMessageThatCameAloneIsWorkedOnAtOnceAndTheNextOneIsWaitedForWithoutAReceiveBetween() {
        var pace = idle()
        _ = pace.chooseWait(isEmpty: true, canReceive: true)
        let arrival = WorkerPace.waitingReceive + 1
        #expect(pace.endReceive(at: arrival, isEmpty: false) == true)
        #expect(pace.takeLook() == false)
        pace.note(isDrained: false, hasRing: false)
        pace.worked()
        #expect(pace.beginTurn(at: arrival + 70) == 70)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .inReceive)
        // Leaving, or with other sockets, it receives from all of them before it waits again.
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .none)
    }

    @Test
    func aMessageThatWasQueuedAlreadyHasOthersBehindItWhichAreReceivedBeforeWorkBegins() {
        var pace = idle()
        _ = pace.chooseWait(isEmpty: true, canReceive: true)
        #expect(pace.endReceive(at: WorkerPace.waitingReceive, isEmpty: false) == false)
        #expect(pace.receives(at: WorkerPace.waitingReceive, isEmpty: false) && !pace.takesOnlyFirst)
        pace.note(isDrained: false, hasRing: false)
        pace.worked()
        _ = pace.beginTurn(at: 2 * WorkerPace.waitingReceive)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
    }

    @Test
    func anEmptyReceiveOrALongOneIsFollowedByALookAtTheWakeUp() {
        for (isEmpty, time, looks) in [
            (true, 10, true), (false, WorkerPace.longReceive, false), (false, WorkerPace.longReceive + 1, true),
        ] {
            var pace = idle()
            _ = pace.chooseWait(isEmpty: true, canReceive: true)
            _ = pace.endReceive(at: UInt64(time), isEmpty: isEmpty)
            #expect(pace.takeLook() == looks)
        }
    }

    @Test
    func aPollHasLookedAfterItOneRequestIsEnoughAndWhatItTookIsNoWork() {
        var pace = idle()
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .forNews)
        pace.endPoll(at: 900)
        #expect(pace.takeLook() == false)
        #expect(pace.receives(at: 900, isEmpty: true) && pace.takesOnlyFirst)
        #expect(pace.beginTurn(at: 1_000) == 100)
        #expect(!pace.takesOnlyFirst)
    }

    @Test
    func whileThereIsWorkItLooksOnceIn16Turns() {
        var pace = WorkerPace(at: 0)
        let looks = (0..<33).map { turn in
            _ = pace.beginTurn(at: UInt64(turn))
            return pace.takeLook()
        }
        #expect(looks.indices.filter { looks[$0] } == [0, 16, 32])
    }

    @Test
    func aRingThatWasReceivedAsAMessageIsLookedAtInTheNextTurn() {
        var pace = idle()
        #expect(pace.takeLook() == false)
        pace.note(isDrained: true, hasRing: true)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.takeLook() == true)
    }

    @Test
    func whileThereIsWorkItReceivesOnceInASlice() {
        var pace = idle()
        #expect(!pace.receives(at: Self.slice - 1, isEmpty: false))
        #expect(pace.receives(at: Self.slice - 1, isEmpty: true))
        #expect(pace.receives(at: Self.slice, isEmpty: false))
        pace.received(at: Self.slice)
        #expect(!pace.receives(at: 2 * Self.slice - 1, isEmpty: false))
    }

    @Test
    func afterASendItReceivesBeforeItWaitsTheSendMayHaveConsumedTheEventOfAMessage() {
        var pace = idle()
        pace.worked()
        _ = pace.beginTurn(at: 1)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .none)
    }
}
