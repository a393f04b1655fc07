package import RankCore
import RankProtocol

/// The machine of a listing: it chooses the worker of each page and puts the pages together.
///
/// The pages of one model may come from several workers: a model's ids are the same on each of
/// them. Pure.
package struct CatalogState: Sendable {
    /// The next step of the call.
    package enum Step: Sendable {
        /// Ask the worker at this place in the list.
        case ask(worker: Int, CatalogQuestion)
        /// Wait, because every worker is overloaded, then ask as `next` says.
        case wait(Duration)
        /// End the listing.
        case finish(Result<CandidateCatalog, PoolError>)
    }

    private let endpoints: [String]
    private let pageLength: UInt32
    private let demanded: (model: ModelID, profile: NumericProfile)
    private var worker: Int
    /// The workers that have failed since the last page.
    private var failed: Set<Int> = []
    private var failures: [PoolError] = []
    private var restarts = 0
    private var pinned: CandidateCatalog?
    private var total: UInt64 = 0

    /// The most restarts of a listing whose model is no longer held.
    private static let mostRestarts = 3
    /// The most candidates of a list.
    private static let mostCandidates = UInt64(UInt32.max)

    /// Makes a listing before its first page.
    ///
    /// - Parameters:
    ///   - endpoints: the workers, at least one.
    ///   - first: the worker that is asked first.
    ///   - pageLength: the most ids of a page.
    ///   - model: the model that must answer, or `unspecified`.
    ///   - profile: the profile that must answer, or `unspecified`.
    package init(
        endpoints: [String],
        first: Int,
        pageLength: UInt32 = .max,
        model: ModelID,
        profile: NumericProfile
    ) {
        self.endpoints = endpoints
        self.pageLength = pageLength
        worker = first
        demanded = (model, profile)
    }

    /// The number of ids that have been listed.
    package var count: Int { pinned?.count ?? 0 }

    /// Whether another worker could be asked in place of the current one.
    package var hasOthers: Bool { failed.count + 1 < endpoints.count }

    /// The next question.
    package var next: Step {
        .ask(
            worker: worker,
            CatalogQuestion(
                page: CatalogRequest(first: UInt64(count), count: pageLength),
                model: pinned?.model ?? demanded.model,
                profile: pinned?.profile ?? demanded.profile
            )
        )
    }

    /// Takes a page.
    package mutating func took(_ answer: CatalogAnswer) -> Step {
        guard answer.page.total <= Self.mostCandidates, pinned == nil || answer.page.total == total else {
            return failed(PoolError(.internal, "a catalogue of \(answer.page.total) ids, \(total) were told before"))
        }
        if pinned == nil {
            total = answer.page.total
            pinned = CandidateCatalog(ids: answer.page.ids, model: answer.model, profile: answer.profile)
        } else if pinned?.ids.append(answer.page.ids) != true {
            return failed(PoolError(.internal, "ids of another kind than on the page before"))
        }
        failed = []
        failures = []
        guard let pinned, UInt64(pinned.count) >= total else { return next }
        return .finish(.success(pinned))
    }

    /// Takes a failure: another worker is asked, and if no worker holds the model any more, the listing starts again.
    package mutating func failed(_ error: PoolError) -> Step {
        failures.append(PoolError(error.code, error.message, causes: cause(of: error), retryAfter: error.retryAfter))
        if error.code == .cancelled || error.code == .invalidArgument { return .finish(.failure(error)) }
        failed.insert(worker)
        if failed.count < endpoints.count {
            repeat { worker = (worker + 1) % endpoints.count } while failed.contains(worker)
            return next
        }
        let overloaded = failures.filter { $0.code == .resourceExhausted }
        let isGone = failures.contains { $0.code == .failedPrecondition }
        defer { if isGone || !overloaded.isEmpty { (failed, failures) = ([], []) } }
        if isGone, pinned != nil, restarts < Self.mostRestarts {
            restarts += 1
            pinned = nil
            return next
        }
        if !overloaded.isEmpty {
            return .wait(overloaded.compactMap(\.retryAfter).min() ?? .milliseconds(1))
        }
        return .finish(.failure(verdict))
    }

    /// The error of a listing without a worker left to ask.
    private var verdict: PoolError {
        let causes = failures.flatMap(\.causes)
        // A worker that cannot list says less than one that could and did not.
        guard let last = failures.last(where: { $0.code != .unimplemented }) else {
            return PoolError(
                .unimplemented,
                "no worker lists the candidates of its model; name them in the call",
                causes: causes
            )
        }
        return PoolError(last.code, "the catalogue cannot be listed: \(last.message)", causes: causes)
    }

    /// The error of a listing whose time is over.
    package func late(after allotted: Duration) -> PoolError {
        PoolError(
            .deadlineExceeded,
            "no whole catalogue within \(allotted), \(count) ids of it; give it more time",
            causes: failures.flatMap(\.causes)
        )
    }

    private func cause(of error: PoolError) -> [PoolError.Cause] {
        error.causes.isEmpty
            ? [PoolError.Cause(endpoint: endpoints[worker], reason: "\(error.code): \(error.message)")] : error.causes
    }
}
