/// Counts latencies in buckets that are at most 0.8 % wide, from 1 ns to centuries, in 58 KB.
///
/// The scheme is that of HdrHistogram (Gil Tene, <https://hdrhistogram.github.io/HdrHistogram/>): every power of two is
/// divided into 128 equal buckets, numbers below 128 have one each. Recording takes constant time and allocates
/// nothing. A percentile is the largest number of its bucket, so it is never understated; the maximum is exact.
public struct LatencyHistogram: Sendable, Equatable {
    /// The number of values recorded.
    public private(set) var count: UInt64 = 0
    /// The largest recorded value, exactly; 0 without any.
    public private(set) var maximum: UInt64 = 0
    private var counts: [UInt64]
    private var sum = 0.0

    private static let bits = 7
    private static let half = UInt64(1) << UInt64(bits)

    /// An empty histogram.
    public init() {
        counts = [UInt64](repeating: 0, count: (UInt64.bitWidth - Self.bits + 1) << Self.bits)
    }

    /// The mean of the recorded values; 0 without any.
    public var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// Records a value.
    public mutating func record(_ value: UInt64) {
        counts[Self.bucket(of: value)] += 1
        count += 1
        sum += Double(value)
        maximum = max(maximum, value)
    }

    /// Adds what another histogram has counted.
    public mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        sum += other.sum
        maximum = max(maximum, other.maximum)
    }

    /// The number that a share of all recorded ones does not exceed.
    ///
    /// - Parameter share: 0 to 1; 0.999 is p99.9.
    /// - Returns: The number, at most 0.8 % too large; 0 without any.
    /// - Complexity: O(b) for b buckets.
    public func value(at share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        // A share such as 0.999 is not exact in binary; without the tolerance 0.999 of 1,000 would be 1,000.
        let wanted = (min(max(share, 0), 1) * Double(count) * (1 - 1e-12)).rounded(.up)
        var seen = 0.0
        for (index, number) in counts.enumerated() where number > 0 {
            seen += Double(number)
            if seen >= wanted { return min(Self.upperBound(of: index), maximum) }
        }
        return maximum
    }

    static func bucket(of value: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - bits - 1)
        return shift << bits + Int(truncatingIfNeeded: value >> UInt64(shift))
    }

    static func upperBound(of bucket: Int) -> UInt64 {
        let shift = max(0, bucket >> bits - 1)
        let first = UInt64(bucket - shift << bits) << UInt64(shift)
        return first + ((1 << UInt64(shift)) - 1)
    }
}
