import RankEngine

/// A ranking loss over the lists of a batch, some of them on each thread of a team.
///
/// A list is computed by one thread, and the losses of lists are added in order, so threads change no bit. After the
/// largest batch nothing is allocated.
struct ListLosses {
    private let team: Team
    private let state: State
    private let loop: SharedLoop

    /// The losses of lists.
    ///
    /// - Parameters:
    ///   - loss: A ranking loss.
    ///   - team: The threads.
    init(_ loss: Loss, team: Team) {
        self.team = team
        let state = State(loss, members: team.threads)
        self.state = state
        loop = SharedLoop { part, parts in state.compute(part, of: parts) }
    }

    /// Writes gradients; see `LossGradient.callAsFunction(_:_:lists:into:)`.
    func callAsFunction(
        _ scores: AlignedFloats,
        _ labels: ArraySlice<Float>,
        lists: ArraySlice<Int>,
        into gradients: AlignedFloats
    ) -> Double {
        precondition(lists.reduce(0, +) == labels.count)
        precondition(scores.count >= labels.count && gradients.count >= labels.count)
        state.begin(scores, labels, lists, gradients)
        let parts = max(min(team.threads, lists.count), 1)
        team.run(loop, parts: parts)
        return state.end(parts)
    }

    /// The data that the threads of a team share, and those of each thread.
    private final class State {
        private let loss: Loss
        private let members: [Member]
        private var scores = AlignedFloats(count: 0)
        private var labels: ArraySlice<Float> = []
        private var lists: ArraySlice<Int> = []
        private var gradients = AlignedFloats(count: 0)
        private var cost = 0
        private var scale = 0.0

        private final class Member {
            var list = ScoredList()
            /// The losses of its lists.
            var losses: [Double] = []
        }

        init(_ loss: Loss, members: Int) {
            self.loss = loss
            self.members = (0..<members).map { _ in Member() }
        }

        func begin(
            _ scores: AlignedFloats,
            _ labels: ArraySlice<Float>,
            _ lists: ArraySlice<Int>,
            _ gradients: AlignedFloats
        ) {
            (self.scores, self.labels, self.lists, self.gradients) = (scores, labels, lists, gradients)
            cost = lists.reduce(0) { $0 + cost(of: $1) }
            scale = 1 / (Double(loss.temperature) * Double(loss.terms(examples: labels.count, lists: lists.count)))
        }

        /// The sum of the lists' losses.
        func end(_ parts: Int) -> Double {
            // A reference that is kept would make the caller copy the buffers on the next change.
            (labels, lists) = ([], [])
            var sum = 0.0
            for member in members[..<parts] { for loss in member.losses { sum += loss } }
            return sum
        }

        /// Computes the lists of a part: those that begin in its share of the cost.
        func compute(_ part: Int, of parts: Int) {
            let member = members[part]
            member.losses.removeAll(keepingCapacity: true)
            var (start, before) = (0, 0)
            for length in lists {
                if min(before * parts / max(cost, 1), parts - 1) == part {
                    member.losses.append(compute(&member.list, from: start, length))
                }
                before += cost(of: length)
                start += length
            }
        }

        private func compute(_ list: inout ScoredList, from start: Int, _ length: Int) -> Double {
            list.take(scores, labels, from: start, length, over: Double(loss.temperature))
            let value =
                switch loss.formula {
                case .pairwiseLogistic: list.pairwiseLogistic()
                case .listwiseSoftmax: list.softmax()
                case .listMLE: list.maximumLikelihood()
                case .meanSquaredError: 0.0
                }
            for index in 0..<length { gradients[start + index] = Float(scale * list.gradients[index]) }
            return value
        }

        /// The cost of a list, in relative units.
        private func cost(of length: Int) -> Int {
            loss.formula == .pairwiseLogistic ? length * length : length
        }
    }
}
