/// The budget that keeps retries from multiplying an overload: one bucket of tokens for the whole pool.
///
/// A failure that might be retried takes a token, an answer gives a tenth of one back, and below half of the
/// bucket nothing is retried. Endless failures thus cost a pool four retries, and then one for every ten answers.
/// Source: gRPC's retry throttling, proposal A6.
package struct RetryBudget: Hashable, Sendable {
    /// Tokens are counted in tenths, so that no rounding adds up.
    private static let capacity = 100
    private static let cost = 10
    private var tenths = capacity

    package init() {}

    /// The tokens left.
    package var tokens: Double { Double(tenths) / 10 }

    /// Whether a failed request may be sent again.
    package var allowsRetries: Bool { tenths > Self.capacity / 2 }

    /// Notes an answer.
    package mutating func noteAnswer() {
        tenths = min(Self.capacity, tenths + 1)
    }

    /// Notes a failure that another sending might cure.
    package mutating func noteFailure() {
        tenths = max(0, tenths - Self.cost)
    }
}
