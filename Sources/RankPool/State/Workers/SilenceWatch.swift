/// The state of a worker that may owe answers: whether frames come from it.
///
/// A worker whose process or scoring thread hangs keeps its connection. It is asked for INFO when an answer is
/// overdue, which a working thread answers between two slices of a list, however long; if nothing comes then either,
/// the worker is silent. Any frame from it ends the silence.
package enum SilenceWatch: Hashable, Sendable {
    /// The worker owes no answer.
    case idle
    /// The worker owes an answer, and is asked at this time if no frame has come (µs).
    case owing(askAt: Int64)
    /// The worker has been asked, and is silent at this time if no frame has come (µs).
    case asked(silentAt: Int64)
    /// No frame has come; at this time the worker's requests are offered to others again (µs).
    case silent(lookAt: Int64)

    /// Whether the worker is taken for one that hangs.
    package var isSilent: Bool {
        if case .silent = self { true } else { false }
    }

    /// The time of the next check; nil if no answer is owed (µs).
    var time: Int64? {
        switch self {
        case .idle: nil
        case .owing(let time), .asked(let time), .silent(let time): time == .max ? nil : time
        }
    }
}
