import RankSystem
import ZMQ

/// Resolves an endpoint's name on a thread of its own, because the system's resolver blocks.
enum Resolver {
    /// The pause after a failure (µs).
    private static let pauseMicroseconds: Int64 = 1_000_000

    /// Resolves until success or the end of the queue, and posts each result.
    static func start(_ endpoint: Endpoint, for link: LinkID, to queue: CommandQueue) {
        do {
            _ = try OwnedThread<Void, ZMQError>.start(name: "rank-resolve") { (starter) throws(ZMQError) in
                starter.started(())
                var sleeper = Poller()
                while !queue.isClosed {
                    do throws(ZMQError) {
                        queue.post(.resolved(link, try endpoint.resolve()))
                        return
                    } catch {
                        queue.post(.unresolved(link, reason: error.message))
                    }
                    _ = try sleeper.poll(timeoutMicroseconds: pauseMicroseconds)
                }
            }
        } catch {
            queue.post(.unresolved(link, reason: "no thread to resolve the name on: \(error)"))
        }
    }
}
