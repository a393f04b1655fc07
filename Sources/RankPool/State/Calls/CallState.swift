package import RankCore
import RankProtocol

/// One request of a SCORE call.
package struct CallPart: Sendable {
    package let slices: [Slice]
    package var attempts = 0
    /// The workers that have had the part since it was last planned.
    package var tried: [LinkID] = []
    /// The model and the profile that must answer.
    package var model: ModelID
    package var profile: NumericProfile
    package var answer: ScoreAnswer?
    package var endpoint = ""
    package var failures: [PartFailure] = []

    package var candidateCount: Int { slices.reduce(0) { $0 + $1.range.count } }
}

/// The machine of one SCORE call: parts, attempts, one model, merge.
///
/// Pure.
package struct CallState: Sendable {
    package let work: ScoreWork
    package let attempts: Int
    package private(set) var parts: [CallPart]
    /// Whether odd parts have been sent again for the sake of one model.
    private var isReconciled = false

    /// The next step of the call.
    package enum Step: Sendable {
        /// Other parts are still out.
        case wait
        /// Send these parts to workers that have not had them.
        case send([Int])
        /// Send this part again, at this time at the earliest.
        case retry(Int, at: Int64)
        /// End the call.
        case finish(Result<MergedAnswer, PoolError>)
    }

    package init(work: ScoreWork, parts: [[Slice]], attempts: Int) {
        self.work = work
        self.attempts = attempts
        self.parts = parts.map { CallPart(slices: $0, model: work.model, profile: work.profile) }
    }

    /// Notes that a part was sent to a worker.
    package mutating func sent(_ part: Int, to link: LinkID) {
        parts[part].attempts += 1
        parts[part].tried.append(link)
    }

    /// Takes a sending back: the worker's queue was full, so it never saw the part.
    package mutating func unsent(_ part: Int) {
        parts[part].attempts -= 1
        parts[part].tried.removeLast()
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - part: the part of the call.
    ///   - answer: the worker's scores.
    ///   - endpoint: the worker.
    ///   - held: whether a worker of the pool holds a model now, as far as is known.
    /// - Returns: the next step of the call.
    package mutating func answered(
        _ part: Int,
        _ answer: ScoreAnswer,
        from endpoint: String,
        isHeld held: (ModelID) -> Bool
    ) -> Step {
        parts[part].answer = answer
        parts[part].endpoint = endpoint
        let answers = parts.compactMap(\.answer)
        guard answers.count == parts.count else { return .wait }
        let first = answers[0]
        if answers.allSatisfy({ $0.model == first.model && $0.profile == first.profile }) {
            return .finish(.success(merged(model: first.model, profile: first.profile)))
        }
        guard !isReconciled else { return .finish(.failure(mixed())) }
        isReconciled = true
        return reconcile(isHeld: held)
    }

    /// Takes a failure.
    ///
    /// - Parameters:
    ///   - part: the part of the call.
    ///   - failure: the reason.
    ///   - verdict: whether the part may be sent again, by the pool's state.
    /// - Returns: the next step of the call.
    package mutating func failed(_ part: Int, _ failure: PartFailure, _ verdict: RetryVerdict) -> Step {
        var failure = failure
        if case .no(let remark) = verdict { failure.remark = remark }
        parts[part].failures.append(failure)
        switch verdict {
        case .elsewhere: return .send([part])
        case .anywhere(let time):
            parts[part].tried = []
            return .retry(part, at: time)
        case .underway: return .wait
        case .no: break
        }
        if isReconciled, failure.status == .failedPrecondition { return .finish(.failure(mixed())) }
        return .finish(.failure(error(of: part, failure)))
    }

    /// The error of a call whose part has no worker left to go to.
    package func gaveUp(on part: Int) -> PoolError? {
        parts[part].failures.last.map { error(of: part, $0) }
    }

    /// Chooses one model and plans the other parts again: a model that is still held comes before one that is not, then
    /// the model with the most candidates, then the model of the earliest part.
    private mutating func reconcile(isHeld held: (ModelID) -> Bool) -> Step {
        var best = 0
        func weight(_ part: Int) -> (Int, Int) {
            guard let answer = parts[part].answer else { return (0, 0) }
            let same = parts.filter { $0.answer?.model == answer.model && $0.answer?.profile == answer.profile }
            return (held(answer.model) ? 1 : 0, same.reduce(0) { $0 + $1.candidateCount })
        }
        for part in parts.indices where weight(part) > weight(best) { best = part }
        guard let target = parts[best].answer else { return .wait }
        var odd: [Int] = []
        for index in parts.indices
        where parts[index].answer?.model != target.model || parts[index].answer?.profile != target.profile {
            parts[index].answer = nil
            parts[index].model = target.model
            parts[index].profile = target.profile
            parts[index].tried = []
            parts[index].attempts = 0
            odd.append(index)
        }
        return .send(odd)
    }

    /// The answer at the deadline: the parts that were answered by the model with the most candidates, and the
    /// other parts as not scored.
    ///
    /// - Parameter prior: a model's score for candidates without a score, as far as is known.
    /// - Returns: nil if no part was answered, or if the model's prior is not known.
    package func partialOutcome(prior: (ModelID) -> Float?) -> MergedAnswer? {
        func weight(_ answer: ScoreAnswer) -> Int {
            parts.reduce(0) { sum, part in
                let isSame = part.answer?.model == answer.model && part.answer?.profile == answer.profile
                return sum + (isSame ? part.candidateCount : 0)
            }
        }
        var best: ScoreAnswer?
        for answer in parts.compactMap(\.answer) where weight(answer) > (best.map(weight) ?? -1) { best = answer }
        guard let best, let prior = prior(best.model) else { return nil }
        return merged(model: best.model, profile: best.profile, prior: prior)
    }

    /// Merges the answers of one model; parts without one are filled with the prior.
    private func merged(model: ModelID, profile: NumericProfile, prior: Float = 0) -> MergedAnswer {
        var answers: [(slice: Slice, answer: SliceAnswer)] = []
        var reports: [PartReport] = []
        for part in parts {
            guard let answer = part.answer, answer.model == model, answer.profile == profile else {
                for slice in part.slices {
                    answers.append((slice, SliceAnswer(unscored: slice.range.count, work.parameters, prior: prior)))
                }
                continue
            }
            for (slice, one) in zip(part.slices, answer.slices) { answers.append((slice, one)) }
            reports.append(
                PartReport(
                    endpoint: part.endpoint,
                    candidateCount: part.candidateCount,
                    attempts: part.attempts,
                    timings: answer.timings
                )
            )
        }
        return MergedAnswer(
            queries: Merge.merge(answers, of: work),
            model: model,
            profile: profile,
            parts: reports
        )
    }

    private func mixed() -> PoolError {
        PoolError(
            .aborted,
            "the workers hold different models, and one list is never scored by two; try again, or name the model",
            causes: parts.compactMap { part in
                part.answer.map { PoolError.Cause(endpoint: part.endpoint, reason: "model \($0.model) \($0.profile)") }
            } + failureCauses
        )
    }

    private var failureCauses: [PoolError.Cause] {
        parts.flatMap(\.failures).map { PoolError.Cause(endpoint: $0.endpoint, reason: "\($0.status): \($0.message)") }
    }

    private func error(of part: Int, _ failure: PartFailure) -> PoolError {
        let slices = parts[part].slices
        let slice = failure.queryIndex.flatMap { Int($0) < slices.count ? slices[Int($0)] : nil }
        let attempts = parts[part].attempts
        let again = attempts > 1 ? " (attempt \(attempts))" : ""
        let remark = failure.remark.isEmpty ? "" : "; \(failure.remark)"
        return PoolError(
            failure.status,
            "\(failure.endpoint): \(failure.message)\(again)\(remark)",
            causes: parts[part].failures.count > 1 ? failureCauses : [],
            queryIndex: slice?.query,
            candidateIndex: failure.candidateIndex.flatMap { index in
                slice.map { $0.range.lowerBound + Int(index) }
            },
            retryAfter: failure.retryAfterMicroseconds == 0
                ? nil : .microseconds(Int64(failure.retryAfterMicroseconds))
        )
    }
}
