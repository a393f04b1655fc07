/// The time after which a request is sent to a second worker while the first has not answered.
///
/// After the 95th percentile of the last answers' times, and for at most one of twenty requests, the slowest twentieth
/// costs a twentieth more. Source: Dean and Barroso, "The tail at scale", 2013.
package struct HedgePolicy: Sendable {
    private static let window = 512
    private static let fewest = 64
    /// The most hedges saved up.
    private static let mostHedges = 10

    private let percentile: Double
    /// The requests that pay for one hedge.
    private let price: Int

    private var times: [Int64] = []
    private var next = 0
    private var sinceSorted = 0
    private var credit = 0
    /// The time after which a request is late; nil until enough answers have come (µs).
    package private(set) var delay: Int64?

    /// Makes a policy without answers.
    ///
    /// - Parameter percentile: the share of answers after whose time a request is late, 0.5 to 0.999.
    package init(percentile: Double) {
        self.percentile = percentile
        price = Int((1 / (1 - percentile)).rounded())
    }

    /// Notes the time from the first sending of a request to its answer (µs).
    package mutating func noteAnswer(after time: Int64) {
        if times.count < Self.window {
            times.append(time)
        } else {
            times[next] = time
            next = (next + 1) % Self.window
        }
        sinceSorted += 1
        guard sinceSorted >= 32, times.count >= Self.fewest else { return }
        sinceSorted = 0
        delay = times.sorted()[Int(Double(times.count) * percentile)]
    }

    /// Notes a request that is no hedge.
    package mutating func noteSending() {
        credit = min(Self.mostHedges * price, credit + 1)
    }

    /// Takes a hedge out of the budget.
    ///
    /// - Returns: false if there is none.
    package mutating func takeHedge() -> Bool {
        guard credit >= price else { return false }
        credit -= price
        return true
    }
}
