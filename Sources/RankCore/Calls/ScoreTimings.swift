/// A worker's measurements of one SCORE request.
public struct ScoreTimings: Hashable, Sendable {
    /// From the arrival at the worker to the start of scoring, in microseconds.
    public var queueMicroseconds: UInt32
    /// The scoring itself, in microseconds.
    public var computeMicroseconds: UInt32
    /// Requests that wait at the worker.
    public var queueDepth: UInt32

    /// Describes a measurement.
    public init(queueMicroseconds: UInt32 = 0, computeMicroseconds: UInt32 = 0, queueDepth: UInt32 = 0) {
        self.queueMicroseconds = queueMicroseconds
        self.computeMicroseconds = computeMicroseconds
        self.queueDepth = queueDepth
    }
}
