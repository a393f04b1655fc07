import RankData
import RankTraining
import Testing

/// The passes over the ratings beside plain double loops over all users and items.
@Suite struct ResidualsTests {
    /// Ratings of a matrix of users and items, some of them without any, some pairs rated twice.
    struct Problem: Sendable, CustomTestStringConvertible {
        let users: Int
        let items: Int
        let count: Int

        var testDescription: String { "\(count) ratings of \(items) items by \(users) users" }

        typealias Rating = (user: Int, item: Int, stars: Double)

        /// The pairs, ascending, and their stars.
        func ratings(_ random: inout NumPyRandom) -> [Rating] {
            (0..<count).map { _ in
                (
                    user: Int(random.nextInteger(upTo: UInt64(users - 1))),
                    item: Int(random.nextInteger(upTo: UInt64(items - 1))),
                    stars: Double(1 + random.nextInteger(upTo: 4))
                )
            }
            .sorted { ($0.user, $0.item) < ($1.user, $1.item) }
        }
    }

    static let problems = [
        Problem(users: 1, items: 1, count: 1), Problem(users: 1, items: 1, count: 5),
        Problem(users: 1, items: 40, count: 23), Problem(users: 30, items: 1, count: 17),
        Problem(users: 9, items: 7, count: 40), Problem(users: 200, items: 150, count: 60),
        Problem(users: 60, items: 80, count: 3_000),
    ]

    private static func draw(_ count: Int, _ random: inout NumPyRandom) -> [Double] {
        (0..<count).map { _ in 2 * random.nextUnit() - 1 }
    }

    private static func isNear(_ sums: [Residuals.Sums], _ expected: [Residuals.Sums]) -> Bool {
        sums.count == expected.count
            && zip(sums, expected).allSatisfy { abs($0.x - $1.x) < 1e-11 && abs($0.y - $1.y) < 1e-11 }
    }

    @Test(arguments: problems, 1...3) func passesAreThoseOfPlainLoops(_ problem: Problem, _ seed: UInt64) {
        var random = NumPyRandom(seed: seed)
        let ratings = problem.ratings(&random)
        let groups = RatingGroups(
            ratings.map { Int32($0.user) },
            partners: ratings.map { Int32($0.item) },
            count: problem.users
        )
        var residuals = Residuals(stars: ratings.map(\.stars), users: groups)
        var expected = ratings.map(\.stars)
        // What was summed before must not matter.
        var userSums = [Residuals.Sums](repeating: .one, count: problem.users)
        var itemSums = [Residuals.Sums](repeating: .one, count: problem.items)
        /// Σ h² and Σ h·e over the ratings of each user or item.
        func sums(_ count: Int, _ part: (Problem.Rating) -> (entity: Int, h: Double)) -> [Residuals.Sums] {
            (0..<count).map { entity in
                zip(ratings, expected).reduce(.zero) { sum, pair in
                    let part = part(pair.0)
                    return part.entity == entity ? sum + Residuals.Sums(part.h * part.h, part.h * pair.1) : sum
                }
            }
        }
        for _ in 0..<3 {
            let (userChange, userValues) = (Self.draw(problem.users, &random), Self.draw(problem.users, &random))
            let (itemChange, itemValues) = (Self.draw(problem.items, &random), Self.draw(problem.items, &random))
            let nextValues = Self.draw(problem.items, &random)

            residuals.subtract(users: userChange, by: itemValues, summing: userValues, into: &itemSums)
            for (index, rating) in ratings.enumerated() {
                expected[index] -= userChange[rating.user] * itemValues[rating.item]
            }
            #expect(residuals.values == expected)
            #expect(itemSums == sums(problem.items) { ($0.item, userValues[$0.user]) })

            residuals.subtract(
                items: zip(itemChange, nextValues).map { SIMD2($0, $1) },
                by: userValues,
                summingInto: &userSums
            )
            for (index, rating) in ratings.enumerated() {
                expected[index] -= itemChange[rating.item] * userValues[rating.user]
            }
            #expect(residuals.values == expected)
            #expect(Self.isNear(userSums, sums(problem.users) { ($0.user, nextValues[$0.item]) }))
        }
        let moments = residuals.moments
        #expect(moments.count == expected.count)
        #expect(abs(moments.sum - expected.reduce(0, +)) < 1e-9)
        #expect(abs(moments.squares - expected.reduce(0) { $0 + $1 * $1 }) < 1e-9)
    }

    @Test(arguments: problems) func groupsHoldEachRatingOnceAndInOrder(_ problem: Problem) {
        var random = NumPyRandom(seed: 4)
        let ratings = problem.ratings(&random)
        let byItem = RatingGroups(
            ratings.map { Int32($0.item) },
            partners: ratings.map { Int32($0.user) },
            count: problem.items
        )
        let byUser = RatingGroups(
            ratings.map { Int32($0.user) },
            partners: ratings.map { Int32($0.item) },
            count: problem.users
        )
        #expect(byUser.partners == ratings.map { Int32($0.item) })
        for item in 0..<problem.items {
            let users = ratings.filter { $0.item == item }.map { Int32($0.user) }
            #expect(Array(byItem.partners[byItem.range(of: item)]) == users)
            #expect(byItem.isEmpty(item) == users.isEmpty)
        }
        // A history has everyone once, and only of what was met.
        let history = FeatureBlock.history(of: byUser, with: byItem, penalty: .init(factor: 1, linear: 1))
        let met = (0..<problem.items).map { item in
            Set(ratings.filter { $0.item == item }.map { Int32($0.user) }).sorted()
        }
        let columns = (0..<history.columnCount).map { Array(history.entities[history.entries(of: $0)]) }
        #expect(columns == met.filter { !$0.isEmpty })
        let counts = (0..<problem.users).map { user in met.count { $0.contains(Int32(user)) } }
        #expect(history.scales == counts.map { $0 > 0 ? 1 / Double($0).squareRoot() : 0 })
    }
}
