import RankService
import RankSystem
import Testing

@Suite("SupervisorState")
struct SupervisorStateTests {
    static let second: UInt64 = 1_000_000_000

    @Test
    func allStartAtOnceOneThatEndsStartsAgainAfter010230SAGoodRunBeginsAnew() {
        var state = SupervisorState(count: 3)
        #expect(state.due(at: 0) == [0, 1, 2])
        #expect(state.due(at: 0).isEmpty && state.nextDue == nil)
        var now: UInt64 = 0
        for delay: UInt64 in [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000] {
            #expect(state.ended(1, .signalled(9), at: now) == delay * 1_000_000)
            now += delay * 1_000_000
            #expect(state.nextDue == now)
            #expect(state.due(at: now - 1).isEmpty)
            #expect(state.due(at: now) == [1])
        }
        now += 60 * Self.second
        #expect(state.ended(1, .exited(70), at: now) == 100_000_000)
        #expect(!state.isFinished && !state.isStopping)
    }

    @Test(arguments: [64, 65, 69] as [Int32])
    func aFirstRunThatCanNeverWorkTakesTheOthersDownWithItsCode(code: Int32) {
        var state = SupervisorState(count: 2)
        _ = state.due(at: 0)
        #expect(state.ended(0, .exited(code), at: 1) == nil)
        #expect(state.isStopping && !state.isFinished)
        #expect(state.ended(1, .exited(0), at: 2) == nil)
        #expect(state.isFinished && state.exitCode == code)
        #expect(state.due(at: .max).isEmpty && state.nextDue == nil)
    }

    @Test
    func theSameCodeFromALaterRunIsAFailureLikeAnyOther() {
        var state = SupervisorState(count: 1)
        _ = state.due(at: 0)
        _ = state.ended(0, .signalled(11), at: 0)
        _ = state.due(at: Self.second)
        #expect(state.ended(0, .exited(65), at: Self.second) == 200_000_000)
        #expect(!state.isStopping)
    }

    @Test
    func afterAStopNothingStartsTheCodeIs0IfAllLeaveAsAsked70Otherwise() {
        for (end, code): (SpawnedProcess.End, Int32) in [(.exited(0), 0), (.exited(143), 70), (.signalled(9), 70)] {
            var state = SupervisorState(count: 3)
            _ = state.due(at: 0)
            _ = state.ended(2, .signalled(9), at: 0)
            state.stop()
            #expect(state.due(at: .max).isEmpty)
            #expect(state.ended(0, .exited(0), at: 1) == nil)
            #expect(!state.isFinished)
            #expect(state.ended(1, end, at: 1) == nil)
            #expect(state.isFinished && state.exitCode == code)
        }
    }
}

@Suite("PlacePattern")
struct PlacePatternTests {
    @Test(arguments: [
        ("tcp://127.0.0.1:7000-7002", ["tcp://127.0.0.1:7000", "tcp://127.0.0.1:7001", "tcp://127.0.0.1:7002"]),
        ("tcp://[::1]:*", ["tcp://[::1]:*", "tcp://[::1]:*", "tcp://[::1]:*"]),
        ("127.0.0.1:0", ["127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"]),
        ("ipc:///run/w-{n}.sock", ["ipc:///run/w-0.sock", "ipc:///run/w-1.sock", "ipc:///run/w-2.sock"]),
    ]
    )
    func whatEachProcessGets(text: String, expected: [String]) throws {
        #expect(try PlacePattern.expand(text, count: 3) == expected)
    }

    @Test
    func oneProcessTakesAPlaceAsItIs() throws {
        for text in ["tcp://127.0.0.1:7000", "ipc:///run/w.sock", "nonsense"] {
            #expect(try PlacePattern.expand(text, count: 1) == [text])
        }
        #expect(try PlacePattern.expand("tcp://h:7000-7000", count: 1) == ["tcp://h:7000"])
    }

    @Test(arguments: [
        "tcp://127.0.0.1:7000", "tcp://127.0.0.1:7000-7001", "tcp://127.0.0.1:7000-7003", "tcp://h:7002-7000",
        "tcp://h:0-2", "tcp://h:65534-65536", "tcp://h:-", "tcp://h:1-2-3", "tcp://h:a-c", "ipc:///run/w.sock",
        "ipc:///run/{m}.sock", "nonsense", "",
    ]
    )
    func whatSeveralProcessesCannotShare(text: String) {
        #expect {
            try PlacePattern.expand(text, count: 3)
        } throws: { error in
            (error as? ServiceError)?.code == .invalidConfiguration
        }
    }
}
