internal import CRankKernels

/// A search of a whole catalogue for one user after another, or for several together.
///
/// Keeps its memory between lists; for one thread.
@safe final class CatalogueSearch {
    /// The number of items scored in fp32 since it was taken.
    private var scored = 0

    private let index: CatalogueIndex
    private let network: Network
    private let order: CandidateOrder
    private let topK = TopK()
    /// What the kernels read; the index keeps it in memory.
    private var (catalogue, source): (rank_catalogue, rank_catalogue_source)
    private var users: [User] = []
    private var bounds: [Float] = []
    private var places: [UInt32] = []
    private var ids: [UInt64] = []
    private var positions: [UInt32] = []
    private var rows: [UInt32] = []
    private var scores: [Float] = []

    /// Places that are looked at first, to know what a further item must reach.
    private static let first = 512
    /// Survivors that are scored together.
    private static let together = 12
    /// Bytes of a part of the catalogue, which stays in the L2 cache for all users.
    private static let partBytes = 512 << 10

    /// One user's search.
    private final class User {
        private(set) var row: UInt32 = 0
        private(set) var excluded: [UInt32] = []
        let record: CatalogueUser
        var best = BestEntries()
        /// What a further item's bound must reach, without the terms that belong to the user alone.
        private(set) var limit = -Double.infinity
        /// Whether the item at each of the first places is dealt with.
        var isDone: [Bool] = []

        init(_ index: CatalogueIndex) {
            record = CatalogueUser(index)
        }

        func start(_ row: UInt32, _ wanted: Int, excluding excluded: [UInt32], firstPlaces: Int) {
            (self.row, self.excluded) = (row, excluded)
            record.prepare(row)
            best.start(wanted)
            if isDone.count == firstPlaces {
                for place in isDone.indices { isDone[place] = false }
            } else {
                isDone = [Bool](repeating: false, count: firstPlaces)
            }
        }

        func raiseLimit() { limit = record.limit(best.threshold) }

        /// Whether the item of a row at a place is still to be scored.
        @inline(__always)
        func wants(_ row: UInt32, at place: Int) -> Bool {
            row != 0 && !(place < isDone.count && isDone[place])
                && (excluded.isEmpty || !excluded.hasAscending(row))
        }
    }

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - index: The catalogue.
    ///   - kernel: The kernel that scores.
    ///   - order: The order of items of equal score.
    init(_ index: CatalogueIndex, kernel: Kernel, order: CandidateOrder) {
        self.index = index
        self.order = order
        network = Network(index.weights, kernel: kernel)
        unsafe (catalogue, source) = (index.description, index.source)
        places = [UInt32](repeating: 0, count: Self.together + Int(RANK_CATALOGUE_GROUP))
    }

    /// The number of items scored in fp32 since the last call.
    func takeScored() -> Int {
        defer { scored = 0 }
        return scored
    }

    /// The best `k` items for each user, as brute force finds them.
    ///
    /// - Parameters:
    ///   - k: At least 1, at most the number of items.
    ///   - userRows: Rows that exist.
    ///   - excluded: For each user rows to leave out, ascending; empty to leave out none.
    /// - Returns: A list for each user, best first, in the same order.
    func best(_ k: Int, userRows: [UInt32], excluding excluded: [[UInt32]] = []) -> [[BatchScorer.Entry]] {
        let layout = index.layout
        let firstBlocks = min(layout.blocks, (max(Self.first, 2 * k) + layout.width - 1) / layout.width)
        let firstPlaces = firstBlocks * layout.width
        while users.count < userRows.count { users.append(User(index)) }
        for (place, row) in userRows.enumerated() {
            let hidden = excluded.isEmpty ? [] : excluded[place]
            users[place].start(row, k, excluding: hidden, firstPlaces: firstPlaces)
            start(users[place], blocks: firstBlocks)
        }
        let part = userRows.count == 1 ? layout.blocks : max(Self.partBytes / layout.blockBytes, 1)
        for block in stride(from: 0, to: layout.blocks, by: part) {
            for user in users[..<userRows.count] { search(user, block..<min(block + part, layout.blocks)) }
        }
        return users[..<userRows.count].map { $0.best.sorted }
    }

    /// Scores the items of the first blocks whose bounds are highest.
    private func start(_ user: User, blocks: Int) {
        let count = blocks * index.layout.width
        if bounds.count != count {
            bounds = [Float](repeating: 0, count: count)
            ids = (0..<UInt64(count)).map { $0 }
        }
        var record = unsafe user.record.record
        unsafe rank_catalogue_estimate(index.level, &catalogue, &record, UInt32(blocks), &bounds)
        var wanted = user.best.wanted
        while user.best.count < user.best.wanted {
            let found = highest(wanted)
            rows.removeAll(keepingCapacity: true)
            for place in positions[..<found] where bounds[Int(place)] > -.infinity {
                let row = index.row(at: Int(place))
                if user.wants(row, at: Int(place)) { rows.append(row) }
                bounds[Int(place)] = -.infinity
                user.isDone[Int(place)] = true
            }
            if rows.isEmpty && !bounds.contains(where: { $0 > -.infinity }) { break }
            score(user)
            // A user's best are often excluded: ask for more each time.
            wanted *= 2
        }
        user.raiseLimit()
    }

    /// Writes the positions of the highest bounds.
    private func highest(_ wanted: Int) -> Int {
        let room = min(wanted, bounds.count)
        if positions.count < room { positions = [UInt32](repeating: 0, count: room) }
        return unsafe bounds.withUnsafeBufferPointer { bounds in
            unsafe ids.withUnsafeBytes { ids in
                unsafe positions.withUnsafeMutableBufferPointer { positions in
                    unsafe topK.select(room, scores: bounds, ids: .numbers(ids), into: positions)
                }
            }
        }
    }

    /// Searches blocks for a user.
    private func search(_ user: User, _ blocks: Range<Int>) {
        var record = unsafe user.record.record
        var part = rank_catalogue_part(
            block: UInt32(blocks.lowerBound),
            group: 0,
            end: UInt32(blocks.upperBound),
            limit: user.limit
        )
        rows.removeAll(keepingCapacity: true)
        while part.block < part.end {
            let found = unsafe rank_catalogue_find(
                index.level,
                &catalogue,
                &record,
                &part,
                &places,
                Self.together - rows.count
            )
            for place in places[..<found] {
                let row = index.row(at: Int(place))
                if user.wants(row, at: Int(place)) { rows.append(row) }
            }
            guard rows.count >= Self.together || part.block == part.end else { continue }
            score(user)
            user.raiseLimit()
            part.limit = user.limit
        }
    }

    /// Scores the rows that wait, in fp32.
    private func score(_ user: User) {
        guard !rows.isEmpty else { return }
        if scores.count < rows.count { scores = [Float](repeating: 0, count: rows.count) }
        unsafe rank_catalogue_prefetch(&source, rows, rows.count)
        unsafe network.run(
            user.row,
            userHalf: nil,
            table: nil,
            rows: rows,
            count: rows.count,
            scores: &scores
        )
        scored += rows.count
        for (place, row) in rows.enumerated() where scores[place] >= user.best.threshold {
            user.best.insert(BatchScorer.Entry(row: row, score: scores[place]), key: order.key(row))
        }
        rows.removeAll(keepingCapacity: true)
    }
}

extension [UInt32] {
    /// Whether an ascending list has a row.
    fileprivate func hasAscending(_ row: UInt32) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == row
    }
}
