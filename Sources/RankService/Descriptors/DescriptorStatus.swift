import Synchronization

/// Pauses of accepting connections when descriptors run out, for STATS and the admin pages.
///
/// Written by the scoring thread, read on any.
final class DescriptorStatus: Sendable {
    private let pauseCount = Atomic<UInt64>(0)
    private let accepts = Atomic(true)

    /// The number of pauses.
    var pauses: UInt64 { pauseCount.load(ordering: .relaxed) }

    /// Whether connections are accepted now.
    var isAccepting: Bool { accepts.load(ordering: .relaxed) }

    /// A pause begins or ends.
    func note(isAccepting: Bool) {
        accepts.store(isAccepting, ordering: .relaxed)
        if !isAccepting { pauseCount.add(1, ordering: .relaxed) }
    }
}
