public import RankCore
import RankProtocol
import Synchronization

/// Holds the answers to the same request from the same model against each other: they must have the same bits.
///
/// A list of which some scores were another model's would differ from those of either, so it is found, too. The first
/// answer to each request from each model is kept. May be used from any task.
public final class AnswerCheck: Sendable {
    /// The counts of a check.
    public struct Counts: Hashable, Sendable {
        /// The answers that were compared with an earlier one.
        public var compared = 0
        /// The answers among these that had other bits.
        public var differing = 0
        /// The models that answered.
        public var models: Set<ModelID> = []
    }

    private struct Key: Hashable {
        var request: Int
        var model: ModelID
        var profile: NumericProfile
    }

    private struct State {
        var counts = Counts()
        var first: [Key: [UInt32]] = [:]
    }

    private let state = Mutex(State())

    /// Nothing is known yet.
    public init() {}

    /// The counts so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Compares an answer with the first to the same request from the same model.
    ///
    /// - Complexity: O(n) for n bits.
    ///
    /// - Parameters:
    ///   - bits: The answer: scores' bits and, where they are ordered, positions. Complete answers only.
    ///   - request: Which request it is.
    ///   - model: The model that the answer names.
    ///   - profile: The profile that it names.
    /// - Returns: False where it differs.
    @discardableResult
    public func note(_ bits: [UInt32], request: Int, model: ModelID, profile: NumericProfile) -> Bool {
        let key = Key(request: request, model: model, profile: profile)
        let known: [UInt32]? = state.withLock { state in
            if let known = state.first[key] { return known }
            state.first[key] = bits
            state.counts.models.insert(model)
            return nil
        }
        guard let known else { return true }
        let isSame = known == bits
        state.withLock { state in
            state.counts.compared += 1
            if !isSame { state.counts.differing += 1 }
        }
        return isSame
    }
}
