import CRankKernels

/// Threads, the calling one among them, that share the loops of a training one after the other.
///
/// The threads live as long as the team, so that sharing a loop starts none. Their number changes no bit: each thread
/// computes whole elements of the output, and no sum is split. Not for use from several threads at once.
@safe
package final class Team {
    /// The numbers of threads that a team may have.
    package static let counts = 1...Int(RANK_TEAM_LIMIT)

    /// The C team; nil where the calling thread is alone.
    let handle: OpaquePointer?

    /// A team.
    ///
    /// - Parameter threads: One of `counts`. Where the system refuses more threads, the existing ones do the work.
    package init(threads: Int) {
        precondition(Self.counts.contains(threads))
        unsafe handle = rank_team_create(threads)
    }

    deinit { unsafe rank_team_destroy(handle) }

    /// The number of threads, the calling one included.
    package var threads: Int { unsafe rank_team_count(handle) }
}

/// A loop in Swift that the threads of a team share.
package final class SharedLoop {
    fileprivate let body: (_ part: Int, _ parts: Int) -> Void

    /// A loop.
    ///
    /// - Parameter body: Computes a part of so many, counted from 0, while other threads compute the others: a part
    ///   writes its own elements alone and reads nothing that another part writes.
    package init(body: @escaping (_ part: Int, _ parts: Int) -> Void) {
        self.body = body
    }
}

extension Team {
    /// Computes every part of a loop and returns when all are done.
    ///
    /// A part runs on a thread of its own if that thread starts in time. Allocates nothing.
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
