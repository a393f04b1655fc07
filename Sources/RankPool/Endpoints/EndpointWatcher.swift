import RankCore
import RankSystem
import ZMQ

/// Follows a source of endpoints on a thread of its own, because files and the system's resolver block.
enum EndpointWatcher {
    private static let second: Int64 = 1_000_000
    /// The age at which a name is resolved again, give or take a fifth (µs).
    private static let resolutionAge: Int64 = 30 * second

    /// Posts the source's endpoints whenever they change, or the reason why there are none, until the queue is closed.
    ///
    /// - Returns: the bell to ring when a connection is lost or the pool ends.
    static func start(
        _ source: EndpointSource,
        _ number: Int,
        to queue: CommandQueue
    ) throws(ThreadStartError<ZMQError>) -> WakeUp.Bell {
        let thread = try OwnedThread<WakeUp.Bell, ZMQError>.start(name: "rank-endpoints") {
            (starter) throws(ZMQError) in
            let wakeUp = try ZMQError.converting(WakeUp())
            starter.started(wakeUp.bell)
            try follow(source, number, wakeUp, to: queue)
        }
        return thread.info
    }

    private static func follow(
        _ source: EndpointSource,
        _ number: Int,
        _ wakeUp: borrowing WakeUp,
        to queue: CommandQueue
    ) throws(ZMQError) {
        var poller = Poller()
        let slot = poller.add(fileDescriptor: wakeUp.fileDescriptor)
        var known: [Endpoint]?
        var problem: String?
        var text: String?
        var isDue = true
        var resolved = MonotonicClock.microseconds()
        while !queue.isClosed {
            do throws(PoolError) {
                var endpoints: [Endpoint] = []
                switch source {
                case .name(let host, let port):
                    endpoints = isDue ? try resolve([EndpointList.endpoint("tcp://\(host):\(port)")]) : known ?? []
                case .file(let path):
                    let now = try EndpointFile.read(path)
                    isDue = isDue || now != text
                    text = now
                    endpoints = isDue ? try resolve(EndpointFile.endpoints(in: now)) : known ?? []
                }
                if isDue { resolved = MonotonicClock.microseconds() }
                isDue = false
                if endpoints != known || problem != nil { queue.post(.endpoints(endpoints, source: number)) }
                (known, problem) = (endpoints, nil)
            } catch {
                if error.message != problem { queue.post(.noEndpoints(error.message, source: number)) }
                problem = error.message
                // The source is tried again after the next pause.
                isDue = true
            }
            let age = resolutionAge + .random(in: -resolutionAge / 5...resolutionAge / 5)
            var isWatched = problem != nil
            if case .file = source { isWatched = true }
            _ = try poller.poll(timeoutMicroseconds: isWatched ? second : age)
            if poller.readiness(at: slot).contains(.readable) {
                wakeUp.reset()
                isDue = true
                // The resolver is not asked more than once a second, however many connections are lost.
                let pause = resolved + second - MonotonicClock.microseconds()
                var sleeper = Poller()
                if pause > 0, !queue.isClosed { _ = try sleeper.poll(timeoutMicroseconds: pause) }
            }
            if MonotonicClock.microseconds() - resolved >= age { isDue = true }
        }
    }

    /// Every address of every endpoint, in order and without repetitions.
    private static func resolve(_ endpoints: [Endpoint]) throws(PoolError) -> [Endpoint] {
        var addresses: [Endpoint] = []
        for endpoint in endpoints {
            do {
                for address in try endpoint.resolve() where !addresses.contains(address) { addresses.append(address) }
            } catch {
                throw PoolError(.unavailable, error.message)
            }
        }
        // Resolvers rotate the order of addresses, which is no change.
        return addresses.count > 1 && endpoints.count == 1 ? addresses.sorted { "\($0)" < "\($1)" } : addresses
    }
}
