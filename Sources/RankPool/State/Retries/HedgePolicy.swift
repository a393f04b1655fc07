/// When a request is sent to a second worker while the first has not answered.
///
/// After the 95th percentile of the last answers' times, and for at most one of twenty requests: then the slowest
/// twentieth costs a twentieth more. Source: Dean and Barroso, "The tail at scale", 2013.
package struct HedgePolicy: Sendable {
    private static let window = 512
    private static let fewest = 64
    /// How many requests one hedge stands for.
    private static let price = 20
    /// The most hedges saved up.
    private static let savings = 10 * price

    private var times: [Int64] = []
    private var next = 0
    private var sinceSorted = 0
    private var credit = 0
    /// The µs after which a request is late; nil until enough answers have come.
    package private(set) var delay: Int64?

    package init() {}

    /// An answer came so many µs after its request was first sent.
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
        delay = times.sorted()[times.count * 95 / 100]
    }

    /// A request was sent that is no hedge.
    package mutating func noteSending() {
        credit = min(Self.savings, credit + 1)
    }

    /// Takes a hedge out of the budget, if there is one.
    package mutating func takeHedge() -> Bool {
        guard credit >= Self.price else { return false }
        credit -= Self.price
        return true
    }
}
