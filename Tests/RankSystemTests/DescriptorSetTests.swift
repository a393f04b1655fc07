import RankSystem
import Testing

/// A set of descriptors that a test runs against, whatever the system's own one is.
protocol WaitingSet: ~Copyable {
    init() throws(SystemError)
    mutating func add(_ descriptor: Int32, as name: UInt64) throws(SystemError)
    mutating func remove(_ descriptor: Int32)
    mutating func wait(microseconds: Int64?) throws(SystemError) -> Int
    func name(at index: Int) -> UInt64
}

extension PollSet: WaitingSet {}
#if os(Linux)
extension EpollSet: WaitingSet {}
#endif

@Suite("Sets of descriptors", .timeLimit(.minutes(5)))
struct DescriptorSetTests {
    /// Every ring is seen, and nothing else, until it is taken back or its descriptor has left.
    private func everyRingIsSeen<Waiting: WaitingSet & ~Copyable>(_: Waiting.Type, count: Int) throws {
        var random = SystemRandomNumberGenerator()
        var set = try Waiting()
        let wakeUps = try (0..<count).map { _ in Owned(try WakeUp()) }
        for (name, owned) in wakeUps.enumerated() { try set.add(owned.wakeUp.fileDescriptor, as: UInt64(name)) }
        #expect(try set.wait(microseconds: 0) == 0)
        var gone: Set<UInt64> = []
        for round in 0..<100 {
            let rung = Set((0..<3).map { _ in UInt64.random(in: 0..<UInt64(count), using: &random) })
            for name in rung { wakeUps[Int(name)].wakeUp.bell.ring() }
            var seen: Set<UInt64> = []
            // One wait may report a part of them, and reports them again until they are taken back.
            while seen != rung.subtracting(gone) {
                let ready = try set.wait(microseconds: nil)
                for index in 0..<ready {
                    let name = set.name(at: index)
                    #expect(rung.contains(name) && !gone.contains(name))
                    #expect(seen.insert(name).inserted)
                    wakeUps[Int(name)].wakeUp.reset()
                }
            }
            #expect(try set.wait(microseconds: 1) == 0)
            guard round.isMultiple(of: 10), gone.count < count - 1 else { continue }
            let name = UInt64(gone.count)
            set.remove(wakeUps[Int(name)].wakeUp.fileDescriptor)
            gone.insert(name)
        }
    }

    @Test(arguments: [1, 8, 100])
    func poll2(count: Int) throws { try everyRingIsSeen(PollSet.self, count: count) }

    #if os(Linux)
    @Test(arguments: [1, 8, 100])
    func epoll7(count: Int) throws { try everyRingIsSeen(EpollSet.self, count: count) }

    @Test
    func aDescriptorThatIsNotOpenIsRefusedByEpoll7() throws {
        var set = try EpollSet()
        let error = #expect(throws: SystemError.self) { try set.add(-1, as: 1) }
        #expect(error?.message.contains("watch a descriptor") == true)
    }
    #endif
}

/// Lets an array hold what cannot be copied.
private final class Owned {
    let wakeUp: WakeUp

    init(_ wakeUp: consuming WakeUp) { self.wakeUp = wakeUp }
}
