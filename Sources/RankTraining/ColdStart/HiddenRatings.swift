import RankData

/// Ratings dealt into parts by the user (or the item), and in each an order in which they are shown.
struct HiddenRatings {
    /// The number of ratings of each user (item) that are never tested, because they are shown at some time.
    let reserved: Int
    /// Users or items with a tested rating.
    let entityCount: Int
    /// Users or items without a tested rating.
    let leftOut: Int
    /// The rows that are tested, ascending.
    let tested: [Int]
    /// The part of each row.
    private let parts: [Int32]
    /// The place of each row among those of its user (item), in the order in which they are shown.
    private let places: [Int32]

    init(_ ratings: Ratings, _ options: ColdStartOptions) {
        let ids = options.side == .users ? ratings.userIDs : ratings.itemIDs
        var random = NumPyRandom(seed: options.seed)
        let entities = Set(ids).sorted()
        var partOf: [UInt64: Int] = [:]
        for (place, entity) in random.permutation(entities.count).enumerated() {
            partOf[entities[entity]] = place % options.folds
        }
        var counts: [UInt64: Int] = [:]
        var places = [Int32](repeating: 0, count: ids.count)
        for row in random.permutation(ids.count) {
            places[row] = Int32(counts[ids[row], default: 0])
            counts[ids[row], default: 0] += 1
        }
        let reserved = options.shown.last ?? 0
        self.reserved = reserved
        self.places = places
        parts = ids.map { Int32(partOf[$0] ?? 0) }
        tested = ids.indices.filter { places[$0] >= reserved }
        entityCount = counts.values.count { $0 > reserved }
        leftOut = counts.count - entityCount
    }

    /// The tested rows of a part, ascending.
    func tested(in part: Int) -> [Int] {
        tested.filter { parts[$0] == part }
    }

    /// The rows of a part of which each user (item) has `count` at most, ascending.
    func shown(_ count: Int, of part: Int) -> [Int] {
        parts.indices.filter { parts[$0] == part && places[$0] < count }
    }

    /// All rows of the other parts, ascending.
    func others(than part: Int) -> [Int] {
        parts.indices.filter { parts[$0] != part }
    }
}
