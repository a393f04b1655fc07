/// Keeps requests that are handed on from silent workers from multiplying the load: in the long run one for ten answers.
///
/// After good times there is enough for all that two workers have in flight, since what a worker holds when it stops comes
/// at once. A machine that is too busy for its workers to speak for some milliseconds soon uses that up.
package struct SilenceBudget: Hashable, Sendable {
    /// Counted in tenths of a request, so that no rounding adds up.
    private static let capacity = 5_120
    private static let price = 10
    private var tenths = capacity

    package init() {}

    /// An answer came.
    package mutating func noteAnswer() { tenths = min(Self.capacity, tenths + 1) }

    /// Takes a request out of it, if there is one.
    package mutating func takeRequest() -> Bool {
        guard tenths >= Self.price else { return false }
        tenths -= Self.price
        return true
    }
}
