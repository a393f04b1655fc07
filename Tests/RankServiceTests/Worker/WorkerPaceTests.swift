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

    @Test("A thread that begins looks and receives before it waits")
    func first() {
        var pace = WorkerPace(at: 0)
        _ = pace.beginTurn(at: 0)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.takeLook() == true)
        #expect(pace.receives(at: 0, isEmpty: true) && !pace.takesOnlyFirst)
    }

    @Test(
        "With nothing to do it waits: in the receive of its only socket, or else for all of them; with work it does not"
    )
    func waits() {
        var pace = idle()
        #expect(pace.chooseWait(isEmpty: false, canReceive: true) == .none)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .forNews)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .inReceive)
    }

    @Test("What is left to receive keeps it from waiting")
    func undrained() {
        var pace = idle()
        pace.note(isDrained: false, hasRing: false)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .none)
    }

    @Test("A message that came alone is worked on at once, and the next one is waited for without a receive between")
    func alone() {
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

    @Test("A message that was queued already has others behind it, which are received before work begins")
    func together() {
        var pace = idle()
        _ = pace.chooseWait(isEmpty: true, canReceive: true)
        #expect(pace.endReceive(at: WorkerPace.waitingReceive, isEmpty: false) == false)
        #expect(pace.receives(at: WorkerPace.waitingReceive, isEmpty: false) && !pace.takesOnlyFirst)
        pace.note(isDrained: false, hasRing: false)
        pace.worked()
        _ = pace.beginTurn(at: 2 * WorkerPace.waitingReceive)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
    }

    @Test("An empty receive, or a long one, is followed by a look at the wake-up")
    func receiveWithoutMessage() {
        for (isEmpty, time, looks) in [
            (true, 10, true), (false, WorkerPace.longReceive, false), (false, WorkerPace.longReceive + 1, true),
        ] {
            var pace = idle()
            _ = pace.chooseWait(isEmpty: true, canReceive: true)
            _ = pace.endReceive(at: UInt64(time), isEmpty: isEmpty)
            #expect(pace.takeLook() == looks)
        }
    }

    @Test("A poll has looked; after it one request is enough, and what it took is no work")
    func poll() {
        var pace = idle()
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .forNews)
        pace.endPoll(at: 900)
        #expect(pace.takeLook() == false)
        #expect(pace.receives(at: 900, isEmpty: true) && pace.takesOnlyFirst)
        #expect(pace.beginTurn(at: 1_000) == 100)
        #expect(!pace.takesOnlyFirst)
    }

    @Test("While there is work it looks once in 16 turns")
    func looks() {
        var pace = WorkerPace(at: 0)
        let looks = (0..<33).map { turn in
            _ = pace.beginTurn(at: UInt64(turn))
            return pace.takeLook()
        }
        #expect(looks.indices.filter { looks[$0] } == [0, 16, 32])
    }

    @Test("A ring that was received as a message is looked at in the next turn")
    func ring() {
        var pace = idle()
        #expect(pace.takeLook() == false)
        pace.note(isDrained: true, hasRing: true)
        #expect(pace.chooseWait(isEmpty: true, canReceive: true) == .none)
        #expect(pace.takeLook() == true)
    }

    @Test("While there is work it receives once in a slice")
    func slices() {
        var pace = idle()
        #expect(!pace.receives(at: Self.slice - 1, isEmpty: false))
        #expect(pace.receives(at: Self.slice - 1, isEmpty: true))
        #expect(pace.receives(at: Self.slice, isEmpty: false))
        pace.received(at: Self.slice)
        #expect(!pace.receives(at: 2 * Self.slice - 1, isEmpty: false))
    }

    @Test("After a send it receives before it waits: the send may have consumed the event of a message")
    func afterSend() {
        var pace = idle()
        pace.worked()
        _ = pace.beginTurn(at: 1)
        #expect(pace.chooseWait(isEmpty: true, canReceive: false) == .none)
    }
}
