/// The state of a training between two steps, which with the coming batches decides how it continues.
package struct TrainerState: Sendable, Equatable {
    /// The weights.
    package var network: RankingNetwork
    /// The optimizer's slots: one list of the network's shape for each name of `Optimizer.slotNames`.
    package var slots: [RankingNetwork]
    /// The number of steps done.
    package var steps: Int

    package init(network: RankingNetwork, slots: [RankingNetwork], steps: Int) {
        self.network = network
        self.slots = slots
        self.steps = steps
    }
}
