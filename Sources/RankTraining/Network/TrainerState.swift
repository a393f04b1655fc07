/// A training between two steps: with the same batches to come, all that decides how it goes on.
package struct TrainerState: Sendable, Equatable {
    /// The weights.
    package var network: RankingNetwork
    /// What the optimizer keeps for each weight, one list of the network's shape for each name of
    /// `Optimizer.slotNames`.
    package var slots: [RankingNetwork]
    /// The steps that are done.
    package var steps: Int

    package init(network: RankingNetwork, slots: [RankingNetwork], steps: Int) {
        self.network = network
        self.slots = slots
        self.steps = steps
    }
}
