extension FairQueue {
    /// The wait of a new request of a flow: behind the flow's own requests, while every other flow of the class works
    /// as much and a slice more, and the other class its share.
    ///
    /// - Parameters:
    ///   - flow: The request's flow, -1 if it has none yet.
    ///   - isBulk: The request's class.
    ///   - cost: The work to be done: 0 to start the request, its own cost to finish it, in nanoseconds.
    /// - Returns: The wait, in nanoseconds.
    func wait(flow: Int, isBulk: Bool, untilDone cost: UInt64 = 0) -> UInt64 {
        let own = (flow < 0 ? 0 : flows[flow].backlog) &+ cost
        var wait = own
        for index in 0..<activeCount where active[index] != flow {
            let other = flows[active[index]]
            if other.isBulk == isBulk { wait &+= min(other.backlog, own &+ ScoringCostModel.slice) }
        }
        let share = isBulk ? (wait &+ ScoringCostModel.slice) &* Self.bulkWeight : wait / Self.bulkWeight
        return wait &+ min(backlog(isBulk: !isBulk), share)
    }
}
