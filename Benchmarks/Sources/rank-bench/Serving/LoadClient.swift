import CLoad

/// One client of one endpoint, with one request outstanding or several.
final class LoadClient {
    private let load: OpaquePointer
    private let endpoint: String

    init(_ endpoint: String) throws {
        self.endpoint = endpoint
        guard let load = rank_load_open(endpoint) else { throw BenchmarkError("cannot connect to \(endpoint)") }
        self.load = load
    }

    deinit { rank_load_close(load) }

    /// Makes round trips and returns the time of each, in nanoseconds.
    func run(_ requests: BareRequests, rounds: Int) throws -> [UInt64] {
        var times = [UInt64](repeating: 0, count: rounds)
        var error: UnsafePointer<CChar>?
        let result = rank_load_run(
            load,
            requests.bytes,
            requests.requestSize,
            requests.variants,
            requests.replySize,
            rounds,
            &times,
            &error
        )
        guard result == 0 else { throw failure(error) }
        return times
    }

    /// Keeps several requests on their way until a number of them are answered.
    ///
    /// - Returns: The nanoseconds from the first send to the last reply.
    func flood(_ requests: BareRequests, rounds: Int, outstanding: Int) throws -> UInt64 {
        var elapsed: UInt64 = 0
        var error: UnsafePointer<CChar>?
        let result = rank_load_flood(
            load,
            requests.bytes,
            requests.requestSize,
            requests.variants,
            requests.replySize,
            rounds,
            outstanding,
            &elapsed,
            &error
        )
        guard result == 0 else { throw failure(error) }
        return elapsed
    }

    private func failure(_ error: UnsafePointer<CChar>?) -> BenchmarkError {
        BenchmarkError("\(endpoint): \(error.map { String(cString: $0) } ?? "failed")")
    }

    /// The reply received last.
    var reply: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let size = rank_load_reply(load, &bytes, bytes.count)
        return Array(bytes.prefix(size))
    }
}
