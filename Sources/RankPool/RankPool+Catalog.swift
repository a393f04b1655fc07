public import RankCore
import RankSystem

extension RankPool {
    /// Lists every candidate that the workers' model knows.
    ///
    ///     let catalog = try await pool.catalog()
    ///     guard let ids = catalog.ids(as: String.self) else { … }
    ///     let options = CallOptions(model: catalog.model)
    ///     let best = try await pool.rank(ids, for: "ann", top: 10, options: options)
    ///
    /// The ids come in pages, from one worker as long as it answers; a worker that is lost, leaves or is
    /// overloaded is replaced by another one. All ids are of one model: if a reload replaces it meanwhile, the
    /// listing starts again.
    ///
    /// - Parameters:
    ///   - deadline: the time for the whole list; nil = the pool's default. A page has some thousand ids.
    ///   - model: the model whose candidates are wanted; `unspecified` = any model.
    ///   - profile: the profile that must answer; `unspecified` = any profile.
    /// - Returns: the candidates, in the order of the model's rows.
    /// - Throws: UNIMPLEMENTED if no worker lists its candidates, as with rankers of plugins; otherwise as `rank`.
    /// - Complexity: O(candidates), in time and memory.
    public func catalog(
        deadline: Duration? = nil,
        model: ModelID = .unspecified,
        profile: NumericProfile = .unspecified
    ) async throws(PoolError) -> CandidateCatalog {
        let allotted = deadline ?? configuration.deadline
        let limit = MonotonicClock.microseconds() + allotted.wholeMicroseconds
        let listing = await listing(until: limit)
        guard !listing.workers.isEmpty else {
            throw PoolError(.unavailable, "there is no worker to ask for its catalogue", causes: listing.silent)
        }
        var state = CatalogState(
            endpoints: listing.workers.map(\.endpoint),
            first: .random(in: listing.workers.indices),
            pageLength: Self.pageLength(replyBytes: configuration.maximumReplyBytes),
            model: model,
            profile: profile
        )
        var step = state.next
        while true {
            let left = limit - MonotonicClock.microseconds()
            switch step {
            case .finish(let result): return try result.get()
            case _ where left <= 0: throw state.late(after: allotted)
            case .wait(let pause):
                do {
                    try await Task.sleep(for: min(pause, .microseconds(left)))
                } catch {
                    throw PoolError(.cancelled, "the task was cancelled")
                }
                step = state.next
            case .ask(let worker, let question):
                do throws(PoolError) {
                    // A worker gets only half of the time if another one may answer in its place.
                    let outcome = try await call(
                        .control(.catalog(question), listing.workers[worker].link),
                        allotted: .microseconds(state.hasOthers ? (left + 1) / 2 : left),
                        waitsForReady: false
                    )
                    guard case .catalog(let answer) = outcome else {
                        throw PoolError(.internal, "a CATALOG call ended with another outcome")
                    }
                    step = state.took(answer)
                } catch {
                    step = state.failed(error)
                }
            }
        }
    }

    /// The most ids of a page whose reply fits a number of bytes, whatever the length of the ids.
    ///
    /// Workers keep their pages under a request's bytes, which are 1 MiB unless they say otherwise.
    private static func pageLength(replyBytes: Int) -> UInt32 {
        replyBytes > 1 << 20 ? .max : UInt32(clamping: max(1, (replyBytes - 96) / (65_535 + 4)))
    }
}
