import RankLoad
import Testing

@Suite struct LatencyHistogramTests {
    @Test func anEmptyOneSaysZero() {
        let histogram = LatencyHistogram()
        #expect(histogram.count == 0)
        #expect(histogram.value(at: 0.5) == 0)
        #expect(histogram.mean == 0)
    }

    @Test(arguments: [0, 1, 127, 128, 255, 256, 257, 1_000, 123_456_789, UInt64.max >> 1, .max])
    func aNumberComesBackWithinItsBucket(_ value: UInt64) {
        var histogram = LatencyHistogram()
        histogram.record(value)
        histogram.record(.max)
        let found = histogram.value(at: 0.5)
        #expect(found >= value)
        #expect(Double(found - value) <= Double(value) / 128)
    }

    @Test func everyPowerOfTwoBeginsABucket() {
        for exponent in UInt64(0)..<64 {
            var histogram = LatencyHistogram()
            let value = UInt64(1) << exponent
            histogram.record(value - 1)
            histogram.record(value)
            // Were the two in one bucket, the smaller would come back as the larger.
            #expect(histogram.value(at: 0.5) == value - 1)
        }
    }

    @Test func percentilesCountFromBelow() {
        var histogram = LatencyHistogram()
        for value in UInt64(1)...1_000 { histogram.record(value) }
        for (share, exact) in [(0.0, 1.0), (0.001, 1), (0.5, 500), (0.99, 990), (0.999, 999), (1, 1_000)] {
            let found = Double(histogram.value(at: share))
            #expect(found >= exact)
            #expect(found <= exact * (1 + 1.0 / 128))
        }
        #expect(histogram.maximum == 1_000)
        #expect(histogram.mean == 500.5)
    }

    @Test func addingIsRecordingBoth() {
        var (both, left, right) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for value in UInt64(0)..<500 {
            both.record(value * value)
            if value.isMultiple(of: 3) { left.record(value * value) } else { right.record(value * value) }
        }
        left.add(right)
        #expect(left == both)
    }
}
