import RankLoad
import RankPool

/// A load with the floor beside it.
struct BenchResult: Sendable {
    var workers = LoadResult()
    var floor: LoadResult?
    /// Processor seconds of the workers per million candidates scored; nil where they do not tell.
    var workerSecondsPerMillion: Double?
    /// The pool's counters; nil without one.
    var pool: PoolCounters?
    /// The comparison of answers, those of the warm-up included; nil where none was made.
    var check: AnswerCheck.Counts?
}

/// One rate of a sweep.
struct SweepPoint: Sendable {
    var factor: Double
    var rate: Double
    var result: LoadResult
}

/// The measured capacity, and the results at rates below and above it.
struct SweepResult: Sendable {
    var capacity: Double
    var points: [SweepPoint]
}
