/// Whether a worker that owes answers shows any sign of life.
///
/// A worker whose process or scoring thread stands still keeps its connection. It is asked what it is when an answer is
/// overdue, which a thread that works answers between two slices of a list, however long; where nothing comes then either,
/// it is silent. Any frame from it ends that.
package enum SilenceWatch: Hashable, Sendable {
    /// It owes nothing.
    case idle
    /// It owes an answer, and is asked at this time if nothing has come from it.
    case owing(askAt: Int64)
    /// It has been asked, and is silent at this time if nothing has come from it.
    case asked(silentAt: Int64)
    /// Nothing has come from it; what it has is looked through at this time for requests that another worker may take.
    case silent(lookAt: Int64)

    /// Whether the worker is taken for one that stands still.
    package var isSilent: Bool {
        if case .silent = self { true } else { false }
    }

    /// When something is to be done; nil while it owes nothing.
    var time: Int64? {
        switch self {
        case .idle: nil
        case .owing(let time), .asked(let time), .silent(let time): time == .max ? nil : time
        }
    }
}
