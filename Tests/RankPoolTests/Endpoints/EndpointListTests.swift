import RankCore
import RankPool
import RankProtocol
import Testing
import ZMQ

@Suite struct EndpointListTests {
    @Test func readsSeveral() throws {
        let list = try EndpointList("tcp://127.0.0.1:7000, ipc:///run/rank.sock ,tcp://[::1]:7001,tcp://127.0.0.1:7000")
        #expect(
            list.endpoints.map(\.description) == ["tcp://127.0.0.1:7000", "ipc:///run/rank.sock", "tcp://[::1]:7001"]
        )
    }

    @Test(arguments: [
        "", ",", "tcp://127.0.0.1:7000,", "127.0.0.1:7000", "tcp://127.0.0.1", "tcp://127.0.0.1:99999",
        "tcp://*:7000", "tcp://127.0.0.1:*", "udp://127.0.0.1:1", "ipc://", "tcp://a b:1",
    ])
    func refusesNonsense(_ text: String) {
        let error = #expect(throws: PoolError.self) { try EndpointList(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("endpoint") == true)
    }
}

@Suite struct DeadlineQueueTests {
    @Test(arguments: 0..<20)
    func givesTheEarliestFirst(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = DeadlineQueue<Int>()
        let times = (0..<Int.random(in: 0...100, using: &random)).map { _ in Int64.random(in: 0...50, using: &random) }
        for (index, time) in times.enumerated() { queue.insert(index, at: time) }
        #expect(queue.count == times.count)
        var even = queue
        even.removeAll { !$0.isMultiple(of: 2) }
        var evenTimes: [Int64] = []
        while let (time, id) = even.removeFirst() {
            #expect(id.isMultiple(of: 2))
            evenTimes.append(time)
        }
        #expect(evenTimes == times.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element).sorted())
        var found: [Int64] = []
        var ids: Set<Int> = []
        while let (time, id) = queue.removeFirst() {
            found.append(time)
            ids.insert(id)
        }
        #expect(found == times.sorted())
        #expect(ids == Set(times.indices))
        #expect(queue.first == nil)
    }
}
