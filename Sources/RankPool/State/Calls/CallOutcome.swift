package import RankProtocol

/// What a call came to.
package enum CallOutcome: Sendable {
    case score(MergedAnswer)
    case pairs(WorkerInfo)
    case health(WorkerHealth)
    case stats(WorkerStatistics)
    case catalog(CatalogAnswer)
}

/// A merged answer.
package struct MergedAnswer: Sendable {
    package var queries: [MergedQuery]
    package var model: ModelID
    package var profile: NumericProfile
    package var parts: [PartReport]
}
