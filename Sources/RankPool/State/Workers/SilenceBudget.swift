/// The budget that keeps requests of silent workers from multiplying the load: in the long run one for ten answers.
///
/// A full budget covers all that two workers have in flight, since the requests of a worker that stops are handed on
/// at once. A machine whose workers are too busy to answer for some milliseconds soon uses it up.
package struct SilenceBudget: Hashable, Sendable {
    /// The most tenths of a request; tenths, so that no rounding adds up.
    private static let capacity = 5_120
    private static let price = 10
    private var tenths = capacity

    package init() {}

    /// Notes an answer.
    package mutating func noteAnswer() { tenths = min(Self.capacity, tenths + 1) }

    /// Takes a request out of the budget, if there is one.
    package mutating func takeRequest() -> Bool {
        guard tenths >= Self.price else { return false }
        tenths -= Self.price
        return true
    }
}
