/// The residuals, stars minus prediction, of the ratings user by user, and the two passes over them that each term
/// needs.
///
/// New coefficients depend on Σ h² and Σ h·e over the ratings of each user or item, and change e by Δ·h. Both are done
/// in the one order in which the ratings lie in memory: items' sums are added up in a table of 16 bytes for each item,
/// which stays in a cache where residuals, 8 bytes for each rating, do not. While a pass subtracts what one side has
/// changed by it sums for the side that is next, so that a term reads and writes every residual twice. The work is
/// linear in the number of ratings.
package struct Residuals: Sendable {
    /// The residual of each rating, in the order of the users' groups.
    package private(set) var values: [Double]
    private let users: RatingGroups

    /// Σ h² and Σ h·e, as one vector.
    package typealias Sums = SIMD2<Double>

    /// - Parameters:
    ///   - stars: The stars of each rating, in the order of the users' groups.
    ///   - users: The users' ratings.
    package init(stars: [Double], users: RatingGroups) {
        values = stars
        self.users = users
    }

    /// Takes over other residuals of the same ratings.
    ///
    /// - Precondition: There are as many.
    mutating func restore(_ values: ArraySlice<Double>) {
        self.values = Array(values)
    }

    /// Subtracts the users' changes and sums for the items.
    ///
    /// - Parameters:
    ///   - change: For each user the new value minus the old one.
    ///   - itemValues: For each item the factor of a user's value; 1 for the linear term.
    ///   - userValues: For each user the factor of an item's value, h of the sums.
    ///   - itemSums: Receives the sums of each item, added in the order of the users.
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

    /// Subtracts the items' changes and sums for the users.
    ///
    /// - Parameters:
    ///   - items: For each item the new value minus the old one, and the factor of a user's value in the next term, h
    ///     of the sums.
    ///   - userValues: For each user the factor of an item's value; 1 for the linear term.
    ///   - userSums: Receives the sums of each user, each added up in four interleaved sums.
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
    ///   - userFactors: The factors of each user.
    ///   - itemFactors: The factors of each item.
    mutating func subtractProducts(_ userFactors: [SIMD8<Double>], _ itemFactors: [SIMD8<Double>]) {
        unsafe pass { users, items, values in
            unsafe itemFactors.withUnsafeBufferPointer { itemFactors in
                for user in 0..<users.entityCount {
                    let factors = userFactors[user]
                    for rating in users.range(of: user) {
                        let products = unsafe factors * itemFactors[Int(items[rating])]
                        // Not sum(), whose order is unspecified.
                        let four = products.lowHalf + products.highHalf
                        let two = four.lowHalf + four.highHalf
                        unsafe values[rating] -= two.x + two.y
                    }
                }
            }
        }
    }

    /// Passes the users' ratings, the item of each and its residual to `body`, without checks of indices.
    @inline(__always)
    private mutating func pass(
        _ body: (RatingGroups, UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<Double>) -> Void
    ) {
        let users = users
        unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe users.partners.withUnsafeBufferPointer { unsafe body(users, $0, values) }
        }
    }

    /// The moments that the constant term and the loss depend on.
    package var moments: ResidualMoments { ResidualMoments(of: values) }
}
