/// The subject of a call.
package enum CallTask: Sendable {
    case score(ScoreWork)
    /// To wait until a worker is ready.
    case readiness
    /// A question to one worker.
    case control(WorkerQuestion, LinkID)
}

/// A question to one worker.
package enum WorkerQuestion: Hashable, Sendable {
    case info
    case health
    case stats
    case catalog(CatalogQuestion)
}
