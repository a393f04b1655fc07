/// Ratings being read: rows in the order in which their ids came.
struct RatingBuilder<Rows: IDRows> {
    var users = Rows()
    var items = Rows()
    /// The bytes that they were read from.
    var byteCount = 0
    private(set) var userRows: [UInt32] = []
    private(set) var itemRows: [UInt32] = []
    private(set) var stars: [Float] = []
    private(set) var times: Timestamps?
    /// The lowest rating; infinite before the first.
    private(set) var lowest = Float.infinity
    /// The highest rating, likewise.
    private(set) var highest = -Float.infinity

    init(hasTimestamps: Bool) {
        times = hasTimestamps ? Timestamps() : nil
    }

    var count: Int { stars.count }

    mutating func reserveCapacity(_ count: Int) {
        userRows.reserveCapacity(count)
        itemRows.reserveCapacity(count)
        stars.reserveCapacity(count)
        times?.reserveCapacity(count)
    }

    /// Adds a rating by the rows of its ids; the time is passed over where there are none.
    mutating func append(user: UInt32, item: UInt32, stars: Float, timestamp: Int64) {
        userRows.append(user)
        itemRows.append(item)
        self.stars.append(stars)
        times?.append(timestamp)
        lowest = min(lowest, stars)
        highest = max(highest, stars)
    }

    /// Adds the ratings of a block, which is empty then.
    mutating func append(_ block: inout RatingBlock) {
        block.drain { users, items, stars, times in
            userRows.append(contentsOf: users)
            itemRows.append(contentsOf: items)
            self.stars.append(contentsOf: stars)
            self.times?.append(contentsOf: times)
            for rating in stars {
                lowest = min(lowest, rating)
                highest = max(highest, rating)
            }
        }
    }

    /// The ratings, given the id that each row stands for, all different, and the names of those ids where they have
    /// any.
    consuming func finish(
        userIDs: [UInt64],
        itemIDs: [UInt64],
        scale: RatingScale,
        userNames: IDNames? = nil,
        itemNames: IDNames? = nil
    ) -> Ratings {
        let (rows, partners) = (userRows, itemRows)
        (userRows, itemRows) = ([], [])
        let users = IDColumn(ids: userIDs, rows: rows)
        let items = IDColumn(ids: itemIDs, rows: partners)
        return Ratings(
            users,
            items,
            stars: stars,
            timestamps: times,
            scale: scale,
            userNames: userNames,
            itemNames: itemNames
        )
    }
}

extension RatingBuilder<NumberRows> {
    /// The ratings of a set whose ids are numbers.
    consuming func finish(scale: RatingScale) -> Ratings {
        let ids = (users: users.numbers, items: items.numbers)
        return finish(userIDs: ids.users, itemIDs: ids.items, scale: scale)
    }
}

extension IDColumn {
    /// The column of rows that come in any order, `ids` being those of the rows.
    fileprivate init(ids: [UInt64], rows: consuming [UInt32]) {
        if zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) {
            self.init(vocabulary: ids, rows: rows)
            return
        }
        let order = ids.indices.sorted { ids[$0] < ids[$1] }
        var places = [UInt32](repeating: 0, count: ids.count)
        for (place, row) in order.enumerated() { places[row] = UInt32(place) }
        for index in rows.indices { rows[index] = places[Int(rows[index])] }
        self.init(vocabulary: order.map { ids[$0] }, rows: rows)
    }
}
