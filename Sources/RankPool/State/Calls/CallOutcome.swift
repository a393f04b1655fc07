package import RankCore
import RankProtocol

/// The outcome of a call.
package enum CallOutcome: Sendable {
    case score(MergedAnswer)
    case info(WorkerInfo)
    case health(WorkerHealth)
    case stats(WorkerStatistics)
    case catalog(CatalogAnswer)
    case ready
}

/// A merged answer.
package struct MergedAnswer: Sendable {
    package var queries: [MergedQuery]
    package var model: ModelID
    package var profile: NumericProfile
    package var parts: [PartReport]
}
