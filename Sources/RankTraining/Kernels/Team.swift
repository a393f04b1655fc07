import CRankKernels

/// Some threads, the caller's among them, that share the loops of a training one after the other.
///
/// They exist as long as the team, so that handing a loop out starts none. How many there are changes no bit: a thread
/// takes elements of what a loop writes, and no sum is split. For one caller at a time.
@safe
package final class Team {
    /// How many threads a team may have.
    package static let counts = 1...Int(RANK_TEAM_LIMIT)

    /// Nil of the caller alone.
    let handle: OpaquePointer?

    /// A team.
    ///
    /// - Parameter threads: One of `counts`; where the system gives no more threads, those that there are do the work.
    package init(threads: Int) {
        precondition(Self.counts.contains(threads))
        unsafe handle = rank_team_create(threads)
    }

    deinit { unsafe rank_team_destroy(handle) }

    /// How many threads there are, the caller's included.
    package var threads: Int { unsafe rank_team_count(handle) }
}

/// A loop in Swift that a team shares.
package final class SharedLoop {
    fileprivate let body: (_ part: Int, _ parts: Int) -> Void

    /// A loop.
    ///
    /// - Parameter body: Computes a part of so many, counted from 0, while other threads compute the others: what it
    ///   writes belongs to its part alone, and nobody writes what it reads.
    package init(body: @escaping (_ part: Int, _ parts: Int) -> Void) {
        self.body = body
    }
}

extension Team {
    /// Computes every part of a loop, each on a thread of its own where one comes in time, and returns when all are done.
    ///
    /// Allocates nothing.
    ///
    /// - Precondition: There are from 1 to `threads` parts.
    package func run(_ loop: SharedLoop, parts: Int) {
        precondition(parts >= 1 && parts <= threads)
        let job = unsafe Unmanaged.passUnretained(loop).toOpaque()
        unsafe rank_team_run(
            handle,
            parts,
            { job, part, parts in
                guard let job = unsafe job else { return }
                unsafe Unmanaged<SharedLoop>.fromOpaque(job).takeUnretainedValue().body(part, parts)
            },
            job
        )
    }
}
