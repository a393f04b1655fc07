/// The training ratings of each entity of one side, users or items.
package struct RatingGroups: Sendable, Equatable {
    /// Where each entity's ratings start, and the number of all.
    package let offsets: [Int]
    /// The ratings, by number.
    package let ratings: [Int32]
    /// The entity of the other side in each of `ratings`.
    package let partners: [Int32]

    /// The number of entities, with those that have no rating.
    package var entityCount: Int { offsets.count - 1 }

    /// Groups ratings by the entity of each, which is below `count`, in linear time; within an entity they keep their
    /// order.
    package init(_ entities: [Int32], partners others: [Int32], count: Int) {
        var offsets = [Int](repeating: 0, count: count + 1)
        for entity in entities { offsets[Int(entity) + 1] += 1 }
        for entity in 0..<count { offsets[entity + 1] += offsets[entity] }
        var next = offsets
        var ratings = [Int32](repeating: 0, count: entities.count)
        for (rating, entity) in entities.enumerated() {
            ratings[next[Int(entity)]] = Int32(rating)
            next[Int(entity)] += 1
        }
        self.offsets = offsets
        self.ratings = ratings
        partners = ratings.map { others[Int($0)] }
    }

    /// An entity's places in `ratings` and `partners`.
    package func range(of entity: Int) -> Range<Int> {
        offsets[entity]..<offsets[entity + 1]
    }

    /// Whether an entity has no rating.
    package func isEmpty(_ entity: Int) -> Bool {
        offsets[entity] == offsets[entity + 1]
    }

    /// Lends `ratings` and `partners`.
    func withUnsafeBuffers(_ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Int32>) -> Void) {
        ratings.withUnsafeBufferPointer { ratings in
            partners.withUnsafeBufferPointer { partners in body(ratings, partners) }
        }
    }
}
