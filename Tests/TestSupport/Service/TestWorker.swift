package import RankEngine
package import RankService

extension Worker {
    /// A worker with the test ranker, or another one.
    package static func test(
        binds: [String] = ["tcp://127.0.0.1:*"],
        connects: [String] = [],
        maximumMessageBytes: Int = 1 << 20,
        queueLimitMicroseconds: UInt32 = 3_600_000_000,
        ranker: sending any Ranker = TestRanker(),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Worker {
        try Worker.start(
            WorkerConfiguration(
                binds: binds,
                connects: connects,
                maximumMessageBytes: maximumMessageBytes,
                queueLimitMicroseconds: queueLimitMicroseconds,
                software: "test 1"
            ),
            ranker: ranker,
            log: log
        )
    }

    /// Ends it and waits.
    package func finish() throws {
        stop()
        try join()
    }
}
