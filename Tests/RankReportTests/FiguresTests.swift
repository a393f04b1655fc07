import RankReport
import Testing

@Suite struct CalibrationTests {
    @Test func binsAreOfTheSameSize() {
        let predictions = (0..<100).map { Double($0) / 25 + 1 }
        let calibration = Calibration(predictions: predictions.reversed(), stars: predictions.reversed(), bins: 8)
        #expect(calibration.bins.map(\.count) == [13, 13, 13, 13, 12, 12, 12, 12])
        for bin in calibration.bins { #expect(abs(bin.predicted - bin.actual) < 1e-12) }
        #expect(abs(calibration.bins[0].predicted - 1.24) < 1e-12)
    }

    @Test func equalPredictionsAreNeverToldApart() {
        let constant = Calibration(predictions: [3, 3, 3, 3, 3, 3], stars: [1, 2, 3, 4, 5, 5], bins: 3)
        #expect(constant.bins.map(\.count) == [6])
        let bin = constant.bins[0]
        #expect(bin.predicted == 3 && abs(bin.actual - 20.0 / 6) < 1e-12)
        // Σ(x − x̄)² = 80 − 400/6 = 40/3, divided by 5 and by 6.
        #expect(abs(bin.standardError - (40.0 / 3 / 30).squareRoot()) < 1e-12)
        #expect(Calibration(predictions: [], stars: [], bins: 3).bins == [])
        #expect(Calibration(predictions: [2], stars: [5], bins: 3).bins.map(\.standardError) == [0])
    }
}

@Suite struct ErrorGroupsTests {
    @Test(arguments: [
        (0, ["0"]), (1, ["0", "1"]), (2, ["0", "1–2"]), (3, ["0", "1–2", "3"]), (9, ["0", "1–2", "3–9"]),
        (10, ["0", "1–2", "3–9", "10"]),
        (1_250, ["0", "1–2", "3–9", "10–29", "30–99", "100–299", "300–999", "1,000–1,250"]),
    ])
    func rangesGrowThreefold(_ largest: Int, _ names: [String]) {
        let ratings = Array(0...largest)
        let zeros = [Double](repeating: 0, count: ratings.count)
        let groups = ErrorGroups(
            by: ratings,
            predictions: zeros,
            baseline: zeros,
            stars: [Float](repeating: 1, count: ratings.count)
        )
        #expect(groups.groups.map(\.name) == names)
        #expect(groups.groups.reduce(0) { $0 + $1.count } == ratings.count)
        #expect(groups.groups.allSatisfy { $0.error == 1 && $0.baseline == 1 })
    }

    @Test func emptyRangesAreLeftOut() {
        let groups = ErrorGroups(
            by: [40, 1, 50, 2],
            predictions: [3, 1, 5, 2],
            baseline: [4, 4, 4, 4],
            stars: [4, 4, 4, 4]
        )
        #expect(groups.groups.map(\.name) == ["1–2", "30–50"])
        #expect(groups.groups.map(\.error) == [Double(6.5).squareRoot(), 1])
        #expect(groups.groups.map(\.baseline) == [0, 0])
    }
}

@Suite struct RatingHistogramTests {
    @Test func valuesGoToTheNearestHalf() {
        let histogram = RatingHistogram(
            stars: [1, 5, 5, 3.5],
            predictions: [-7, 0.9, 1.24, 1.25, 4.74, 4.75, 5.1, 1e300]
        )
        #expect(histogram.bins.map(\.stars) == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5])
        #expect(histogram.bins.map(\.actual) == [1, 0, 0, 0, 0, 1, 0, 0, 2])
        #expect(histogram.bins.map(\.predicted) == [3, 1, 0, 0, 0, 0, 0, 1, 3])
        #expect(histogram.below == 2 && histogram.above == 2)
    }
}
