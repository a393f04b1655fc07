import RankCharts
public import RankCore
public import RankData
public import RankEngine
import RankSystem
public import RankTraining

/// A page about a trained model, for people: drawings in SVG, and every number as text.
///
/// The page needs nothing from outside, runs no script, follows the reader's choice of light and dark, and holds no
/// time: the same model, data and split give the same bytes, with the same curve.
///
///     let report = try TrainingReport(model, data, split, as: spec, curve: LearningCurve(result.epochs))
///     try report.write(to: "report.html")
public struct TrainingReport: Sendable {
    /// The metrics of the model on the test rows, or on the training rows where there are none.
    public let metrics: Metrics
    /// Whether there are test rows.
    public let isTested: Bool
    /// The page: UTF-8, well-formed both as HTML and as XML.
    public let html: String

    /// Compares a model with the ratings of a split.
    ///
    /// Predictions are made on all cores.
    ///
    /// - Complexity: O(n log n) for n ratings.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - data: The data set that it was trained on.
    ///   - split: Its split.
    ///   - spec: How the split was asked for.
    ///   - curve: How the training went, where that is known.
    ///   - refitted: The model that was trained in the same way on all ratings once this one had been tested, where
    ///     there is such a one.
    /// - Throws: `TrainingError` with code `engineFailed` where a score is not finite, `unsuitableData` where the split
    ///   leaves no training row.
    public init(
        _ model: RankModel,
        _ data: DataSet,
        _ split: Split,
        as spec: SplitSpec,
        curve: LearningCurve? = nil,
        refitted: ModelID? = nil
    ) throws(TrainingError) {
        let pairs = try MeasuredPairs(model, data, split)
        let comparison = try BaselineComparison(
            pairs,
            data.ratings,
            split,
            preset: model.metadata.fingerprint["preset"]
        )
        let page = ReportPage(
            facts: ReportFacts(model, data, split, as: spec, refitted: refitted),
            pairs: pairs,
            comparison: comparison,
            curve: curve,
            nearestItems: NearestItems(model, data, ratings: pairs.ratingsOfItem)
        )
        metrics = pairs.metrics
        isTested = pairs.areTest
        html = page.document.text
    }

    /// Writes the page: whole, or not at all.
    ///
    /// - Throws: `TrainingError` with code `engineFailed`; an older file at the path is then as it was.
    public func write(to path: String) throws(TrainingError) {
        do throws(EngineError) {
            try AtomicFile<EngineError>.replace(path: path, with: html)
        } catch {
            throw TrainingError(.engineFailed, error.message, cause: error)
        }
    }
}
