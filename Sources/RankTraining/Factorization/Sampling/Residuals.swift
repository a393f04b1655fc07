/// Stars less prediction of each rating, user after user, and the two passes over them that a term takes.
///
/// New coefficients depend on Σ h² and Σ h·e over the ratings of each user or item, and change e by Δ·h. Both are done in
/// the one order in which the ratings lie in memory: items' sums are added up in a table of 16 bytes for each item, which
/// stays in a cache where residuals, 8 bytes for each rating, do not. While a pass subtracts what one side has changed by
/// it sums for the side that is next, so that a term reads and writes every residual twice. The work is linear in the
/// number of ratings.
package struct Residuals: Sendable {
    /// Of each rating, in the order of the users' groups.
    package private(set) var values: [Double]
    private let users: RatingGroups

    /// Σ h² and Σ h·e, as one vector.
    package typealias Sums = SIMD2<Double>

    /// - Parameters:
    ///   - stars: Of each rating, in the order of the users' groups.
    ///   - users: The users' ratings.
    package init(stars: [Double], users: RatingGroups) {
        values = stars
        self.users = users
    }

    /// Goes to other residuals of the same ratings.
    ///
    /// - Precondition: There are as many.
    mutating func restore(_ values: ArraySlice<Double>) {
        self.values = Array(values)
    }

    /// Subtracts what users have changed by, and sums for the items.
    ///
    /// - Parameters:
    ///   - change: By user: the new value less the old one.
    ///   - itemValues: By item: what a user's value is multiplied with; 1 for the linear term.
    ///   - userValues: By user: what an item's value is multiplied with, h of the sums.
    ///   - itemSums: By item: becomes its sums, each in the order of the users.
    package mutating func subtract(
        users change: [Double],
        by itemValues: [Double],
        summing userValues: [Double],
        into itemSums: inout [Sums]
    ) {
        unsafe pass { users, items, values in
            unsafe itemValues.withUnsafeBufferPointer { itemValues in
                unsafe itemSums.withUnsafeMutableBufferPointer { sums in
                    unsafe sums.update(repeating: .zero)
                    for user in 0..<users.entityCount {
                        let change = change[user]
                        let h = userValues[user]
                        let square = h * h
                        for rating in users.range(of: user) {
                            let item = unsafe Int(items[rating])
                            let residual = unsafe values[rating] - change * itemValues[item]
                            unsafe values[rating] = residual
                            unsafe sums[item] += Sums(square, h * residual)
                        }
                    }
                }
            }
        }
    }

    /// Subtracts what items have changed by, and sums for the users.
    ///
    /// - Parameters:
    ///   - items: By item: the new value less the old one, and what a user's value is multiplied with in the next term, h
    ///     of the sums.
    ///   - userValues: By user: what an item's value is multiplied with; 1 for the linear term.
    ///   - userSums: By user: becomes its sums, each in four interleaved ones, which are then added.
    package mutating func subtract(
        items: [SIMD2<Double>],
        by userValues: [Double],
        summingInto userSums: inout [Sums]
    ) {
        unsafe pass { users, partners, values in
            unsafe items.withUnsafeBufferPointer { items in
                /// Subtracts from one rating.
                @inline(__always) func step(_ rating: Int, _ value: Double) -> Sums {
                    let item = unsafe items[Int(partners[rating])]
                    let residual = unsafe values[rating] - item.x * value
                    unsafe values[rating] = residual
                    return item.y * Sums(item.y, residual)
                }
                for user in 0..<users.entityCount {
                    let value = userValues[user]
                    let range = users.range(of: user)
                    var (first, second, third, fourth) = (Sums.zero, Sums.zero, Sums.zero, Sums.zero)
                    var rating = range.lowerBound
                    while rating &+ 3 < range.upperBound {
                        first += step(rating, value)
                        second += step(rating &+ 1, value)
                        third += step(rating &+ 2, value)
                        fourth += step(rating &+ 3, value)
                        rating &+= 4
                    }
                    while rating < range.upperBound {
                        first += step(rating, value)
                        rating &+= 1
                    }
                    userSums[user] = (first + second) + (third + fourth)
                }
            }
        }
    }

    /// Subtracts products of eight factors.
    ///
    /// - Parameters:
    ///   - userFactors: By user.
    ///   - itemFactors: By item.
    mutating func subtractProducts(_ userFactors: [SIMD8<Double>], _ itemFactors: [SIMD8<Double>]) {
        unsafe pass { users, items, values in
            unsafe itemFactors.withUnsafeBufferPointer { itemFactors in
                for user in 0..<users.entityCount {
                    let factors = userFactors[user]
                    for rating in users.range(of: user) {
                        let products = unsafe factors * itemFactors[Int(items[rating])]
                        // Not sum(), whose order is not laid down.
                        let four = products.lowHalf + products.highHalf
                        let two = four.lowHalf + four.highHalf
                        unsafe values[rating] -= two.x + two.y
                    }
                }
            }
        }
    }

    /// Hands out the users' ratings, the item of each and its residual, without checks of indices.
    @inline(__always)
    private mutating func pass(
        _ body: (RatingGroups, UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<Double>) -> Void
    ) {
        let users = users
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe users.partners.withUnsafeBufferPointer { unsafe body(users, $0, values) }
        }
    }

    /// What the constant term and the loss depend on.
    package var moments: ResidualMoments { ResidualMoments(of: values) }
}
