/// The training ratings of each entity of one side, users or items.
package struct RatingGroups: Sendable, Equatable {
    /// The start of each entity's ratings, and the number of all ratings.
    package let offsets: [Int]
    /// The entity of the other side in each rating, one entity's ratings after the other.
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
        var partners = [Int32](repeating: 0, count: entities.count)
        for (entity, other) in zip(entities, others) {
            partners[next[Int(entity)]] = other
            next[Int(entity)] += 1
        }
        self.offsets = offsets
        self.partners = partners
    }

    /// An entity's places in `partners`.
    package func range(of entity: Int) -> Range<Int> {
        offsets[entity]..<offsets[entity + 1]
    }

    /// Whether an entity has no rating.
    package func isEmpty(_ entity: Int) -> Bool {
        offsets[entity] == offsets[entity + 1]
    }

    private init(offsets: [Int], partners: [Int32]) {
        (self.offsets, self.partners) = (offsets, partners)
    }

    /// The groups with each partner once.
    ///
    /// - Precondition: An entity's ratings are in the order of their partners.
    func withoutRepetitions() -> RatingGroups {
        let repeats = (0..<entityCount).contains { entity in
            let range = range(of: entity)
            return range.dropFirst().contains { partners[$0] == partners[$0 - 1] }
        }
        guard repeats else { return self }
        var (ends, distinct): ([Int], [Int32]) = ([0], [])
        for entity in 0..<entityCount {
            for partner in partners[range(of: entity)] where distinct.count == ends.last || distinct.last != partner {
                distinct.append(partner)
            }
            ends.append(distinct.count)
        }
        return RatingGroups(offsets: ends, partners: distinct)
    }
}
