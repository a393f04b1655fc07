import RankService
import Testing

/// When a worker that runs out of descriptors stops to accept connections, and when it tells.
@Suite struct DescriptorShortageTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func nothingHappensWhileDescriptorsLast() {
        var shortage = DescriptorShortage()
        for time in 0..<100 {
            let (step, news) = shortage.look(isEmpty: false, hasRoom: false, at: UInt64(time) * Self.second)
            #expect(step == .nothing && news == nil)
        }
        #expect(!shortage.isShort)
    }

    @Test func aPauseLastsUntilThereIsRoomAndASecondAtLeast() {
        var shortage = DescriptorShortage()
        let start = 5 * Self.second
        #expect(shortage.look(isEmpty: true, hasRoom: false, at: start) == (.pause, .began))
        #expect(shortage.isPaused)
        #expect(shortage.look(isEmpty: false, hasRoom: true, at: start + Self.second - 1) == (.nothing, nil))
        #expect(shortage.look(isEmpty: false, hasRoom: false, at: start + 20 * Self.second) == (.nothing, nil))
        #expect(shortage.look(isEmpty: false, hasRoom: true, at: start + 21 * Self.second) == (.resume, nil))
        #expect(!shortage.isPaused && shortage.isShort)
    }

    /// A flood is many pauses, and two lines of the log.
    @Test func oneShortageIsToldOnce() {
        var shortage = DescriptorShortage()
        var told: [DescriptorShortage.News] = []
        var now: UInt64 = 0
        for _ in 0..<50 {
            for isEmpty in [true, false] {
                let (_, news) = shortage.look(isEmpty: isEmpty, hasRoom: true, at: now)
                if let news { told.append(news) }
                now += 2 * Self.second
            }
        }
        #expect(told == [.began])
        for _ in 0..<10 {
            let (_, news) = shortage.look(isEmpty: false, hasRoom: true, at: now)
            if let news { told.append(news) }
            now += Self.second
        }
        #expect(told == [.began, .ended(nanoseconds: 198 * Self.second, pauses: 50)])
        #expect(!shortage.isShort)
        #expect(shortage.look(isEmpty: true, hasRoom: false, at: now) == (.pause, .began))
    }
}
