/// What a call wants.
package enum CallTask: Sendable {
    case score(ScoreWork)
    /// A question to one worker.
    case control(WorkerQuestion, LinkID)
}

/// What is asked of one worker and no other.
package enum WorkerQuestion: Hashable, Sendable {
    case info
    case health
    case stats
    case catalog(CatalogQuestion)
}
