package import RankData

/// Examples in the order in which they are seen, cut into batches and, for a ranking loss, into lists of one user's
/// items.
///
/// A user with more examples than a list may have gets several lists, as equal in length as can be. A batch consists of
/// whole lists; the next one opens when a list no longer fits.
package struct Batches: Sendable {
    /// The examples of one step.
    package struct Batch: Sendable, Equatable {
        /// The examples.
        package let rows: Range<Int>
        /// The lists of the examples; empty without a ranking loss.
        package let lists: Range<Int>
    }

    /// All examples, batch after batch.
    package let examples: TrainingSet.Examples
    /// The lengths of the lists, batch after batch.
    package let lists: [Int]
    /// The batches; a batch is empty only if there are no examples.
    package let batches: [Batch]

    /// An epoch's order.
    ///
    /// `permutation(count)` of the examples is their order, and that of a user's items within the lists; lists come in
    /// a `permutation` of their own.
    package init(shuffling examples: TrainingSet.Examples, _ options: TrainingOptions, _ random: inout NumPyRandom) {
        let order = random.permutation(examples.count)
        guard options.loss.ranks else {
            self.init(examples.permuted(order), size: options.batchSize)
            return
        }
        let lists = Self.lists(of: examples, order, options)
        self.init(examples, lists: random.permutation(lists.count).map { lists[$0] }, size: options.batchSize)
    }

    /// The order in which examples are, for a ranking loss user by user.
    package init(inOrder examples: TrainingSet.Examples, _ options: TrainingOptions) {
        if options.loss.ranks {
            let lists = Self.lists(of: examples, Array(0..<examples.count), options)
            self.init(examples, lists: lists, size: options.batchSize)
        } else {
            self.init(examples, size: 1_000)
        }
    }

    /// The terms of a loss over all examples.
    func terms(of loss: Loss) -> Int { loss.terms(examples: examples.count, lists: lists.count) }

    private init(_ examples: TrainingSet.Examples, size: Int) {
        self.examples = examples
        lists = []
        batches = stride(from: 0, to: examples.count, by: size).map { start in
            Batch(rows: start..<min(start + size, examples.count), lists: 0..<0)
        }
    }

    private init(_ examples: TrainingSet.Examples, lists: [[Int]], size: Int) {
        self.examples = examples.permuted(lists.flatMap(\.self))
        self.lists = lists.map(\.count)
        var batches: [Batch] = []
        var (rows, first) = (0..<0, 0)
        for (index, list) in lists.enumerated() {
            if !rows.isEmpty && rows.count + list.count > size {
                batches.append(Batch(rows: rows, lists: first..<index))
                (rows, first) = (rows.upperBound..<rows.upperBound, index)
            }
            rows = rows.lowerBound..<(rows.upperBound + list.count)
        }
        if !rows.isEmpty { batches.append(Batch(rows: rows, lists: first..<lists.count)) }
        self.batches = batches
    }

    /// The examples in order, cut into lists, with users by ascending row.
    private static func lists(
        of examples: TrainingSet.Examples,
        _ order: [Int],
        _ options: TrainingOptions
    ) -> [[Int]] {
        let limit = min(options.listLength, options.batchSize)
        var rows = [[Int]](repeating: [], count: examples.users.reduce(0) { max($0, Int($1) + 1) })
        for row in order { rows[Int(examples.users[row])].append(row) }
        return rows.flatMap { rows -> [[Int]] in
            let parts = (rows.count + limit - 1) / limit
            return (0..<parts).map { part in
                Array(rows[(part * rows.count / parts)..<((part + 1) * rows.count / parts)])
            }
        }
    }
}

extension Loss {
    /// The terms of the loss up to the end of a batch.
    func terms(through batch: Batches.Batch) -> Int {
        terms(examples: batch.rows.upperBound, lists: batch.lists.upperBound)
    }
}

extension NetworkTrainer {
    /// The loss of one of the batches; see `loss(users:items:labels:lists:)`.
    mutating func loss(_ batches: Batches, _ batch: Batches.Batch) -> Double {
        loss(
            users: batches.examples.users[batch.rows],
            items: batches.examples.items[batch.rows],
            labels: batches.examples.labels[batch.rows],
            lists: batches.lists[batch.lists]
        )
    }

    /// Trains on one of the batches; see `step(users:items:labels:lists:)`.
    mutating func step(_ batches: Batches, _ batch: Batches.Batch) -> Double {
        step(
            users: batches.examples.users[batch.rows],
            items: batches.examples.items[batch.rows],
            labels: batches.examples.labels[batch.rows],
            lists: batches.lists[batch.lists]
        )
    }
}
