import RankData
import RankTraining
import Testing

/// Coordinate descent written out naively: dense features, and every sum made anew for every coefficient.
private struct Oracle {
    /// Features of each entity, and the penalties of each feature.
    struct Side {
        let features: [[Double]]
        let factorPenalties: [Double]
        let linearPenalties: [Double]
        /// By term, then feature.
        var coefficients: [[Double]]

        init(_ side: FactorSide) {
            var features = [[Double]](repeating: [], count: side.groups.entityCount)
            var penalties: [FactorizationOptions.Penalty] = []
            for block in side.blocks {
                for column in 0..<block.columnCount {
                    let members = block.entities[block.entries(of: column)]
                    for entity in features.indices {
                        features[entity].append(members.contains(Int32(entity)) ? block.scales[entity] : 0)
                    }
                    penalties.append(block.penalty)
                }
            }
            self.features = features
            factorPenalties = penalties.map(\.factor)
            linearPenalties = penalties.map(\.linear)
            coefficients = side.coefficients
        }

        func value(_ term: Int, _ entity: Int) -> Double {
            zip(features[entity], coefficients[term]).reduce(0) { $0 + $1.0 * $1.1 }
        }

        func penalty(_ term: Int, _ feature: Int) -> Double {
            term == 0 ? linearPenalties[feature] : factorPenalties[feature]
        }
    }

    struct Rating {
        let user: Int
        let item: Int
        let stars: Double
    }

    let ratings: [Rating]
    var mean: Double
    var users: Side
    var items: Side

    func predict(_ user: Int, _ item: Int) -> Double {
        var sum = mean + users.value(0, user) + items.value(0, item)
        for term in 1..<users.coefficients.count { sum += users.value(term, user) * items.value(term, item) }
        return sum
    }

    var residuals: [Double] { ratings.map { $0.stars - predict($0.user, $0.item) } }

    var objective: Double {
        var sum = residuals.reduce(0) { $0 + $1 * $1 }
        for side in [users, items] {
            for (term, coefficients) in side.coefficients.enumerated() {
                for (feature, value) in coefficients.enumerated() { sum += side.penalty(term, feature) * value * value }
            }
        }
        return sum
    }

    mutating func sweep() {
        mean += residuals.reduce(0, +) / Double(ratings.count)
        for term in users.coefficients.indices {
            for feature in users.coefficients[term].indices { solve(term, feature, \.users, \.items, \.user, \.item) }
            for feature in items.coefficients[term].indices { solve(term, feature, \.items, \.users, \.item, \.user) }
        }
    }

    private mutating func solve(
        _ term: Int,
        _ feature: Int,
        _ side: WritableKeyPath<Oracle, Side>,
        _ other: WritableKeyPath<Oracle, Side>,
        _ mine: KeyPath<Rating, Int>,
        _ theirs: KeyPath<Rating, Int>
    ) {
        // The prediction is linear in the coefficient: r = rest + c·s.
        let old = self[keyPath: side].coefficients[term][feature]
        var (squares, products) = (self[keyPath: side].penalty(term, feature), 0.0)
        for (rating, residual) in zip(ratings, residuals) {
            let h = term == 0 ? 1 : self[keyPath: other].value(term, rating[keyPath: theirs])
            let slope = self[keyPath: side].features[rating[keyPath: mine]][feature] * h
            squares += slope * slope
            products += slope * (residual + old * slope)
        }
        self[keyPath: side].coefficients[term][feature] = products / squares
    }
}

@Suite struct FactorizationMachineTests {
    private static let options: FactorizationOptions = {
        var options = FactorizationOptions.mapFM
        (options.factors, options.sweeps, options.seed) = (3, 4, 9)
        // Small enough to matter beside few ratings.
        for side in [\FactorizationOptions.users, \.items] {
            options[keyPath: side].identity = .init(factor: 0.4, linear: 0.3)
            options[keyPath: side].history = .init(factor: 0.7, linear: 0.5)
            options[keyPath: side].columns = .init(factor: 0.9, linear: 0.6)
        }
        return options
    }()

    /// Random ratings and features of 7 users and 6 items; user 0 and item 0 have no rating, some pairs are rated
    /// twice.
    private static func problem(_ seed: UInt64) -> (FactorizationMachine, Oracle) {
        var random = NumPyRandom(seed: seed)
        func draw(_ count: Int) -> Int { Int(random.nextInteger(upTo: UInt64(count - 1))) }
        let ratings = (0..<25).map { _ in
            Oracle.Rating(user: 1 + draw(6), item: 1 + draw(5), stars: Double(1 + draw(5)))
        }
        .sorted { ($0.user, $0.item) < ($1.user, $1.item) }
        let users = RatingGroups(
            ratings.map { Int32($0.user) },
            partners: ratings.map { Int32($0.item) },
            count: 7
        )
        let items = RatingGroups(
            ratings.map { Int32($0.item) },
            partners: ratings.map { Int32($0.user) },
            count: 6
        )
        func side(_ groups: RatingGroups, _ others: RatingGroups, _ penalties: FactorizationOptions.Side) -> FactorSide
        {
            let columns = (0..<4).map { _ in (0..<Int32(groups.entityCount)).filter { _ in draw(3) == 0 } }
            return FactorSide(
                groups: groups,
                blocks: [
                    .identity(of: groups, penalty: penalties.identity),
                    .history(of: groups, with: others, penalty: penalties.history),
                    FeatureBlock(columns, count: groups.entityCount, penalty: penalties.columns),
                    .ratingCount(of: groups, penalty: .init(factor: 0.8, linear: 0.2)),
                ],
                factors: options.factors
            )
        }
        let machine = FactorizationMachine(
            stars: ratings.map(\.stars),
            users: side(users, items, options.users),
            items: side(items, users, options.items),
            options
        )
        let oracle = Oracle(
            ratings: ratings,
            mean: machine.mean,
            users: Oracle.Side(machine.users),
            items: Oracle.Side(machine.items)
        )
        return (machine, oracle)
    }

    private static func distance(_ one: [[Double]], _ other: [[Double]]) -> Double {
        zip(one.flatMap(\.self), other.flatMap(\.self)).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test(arguments: 1...8) func everyUpdateIsThatOfTheNaiveOracle(_ seed: UInt64) {
        var (machine, oracle) = Self.problem(seed)
        #expect(Self.distance([machine.residuals], [oracle.residuals]) < 1e-13)
        #expect(machine.users.coefficients[1].allSatisfy { abs($0) <= 0.1 && $0 != 0 })
        for _ in 1...4 {
            machine.sweep()
            oracle.sweep()
            #expect(abs(machine.mean - oracle.mean) < 1e-11)
            #expect(Self.distance(machine.users.coefficients, oracle.users.coefficients) < 1e-11)
            #expect(Self.distance(machine.items.coefficients, oracle.items.coefficients) < 1e-11)
            #expect(Self.distance([machine.residuals], [oracle.residuals]) < 1e-11)
            for user in 0..<7 {
                for item in 0..<6 {
                    #expect(abs(machine.predict(user: user, item: item) - oracle.predict(user, item)) < 1e-11)
                }
            }
        }
    }

    @Test(arguments: 1...4) func theObjectiveFallsToAPointWithoutSlope(_ seed: UInt64) {
        var (machine, oracle) = Self.problem(seed)
        var last = oracle.objective
        func objective() -> Double {
            oracle.mean = machine.mean
            oracle.users.coefficients = machine.users.coefficients
            oracle.items.coefficients = machine.items.coefficients
            return oracle.objective
        }
        for _ in 1...3_000 {
            machine.sweep()
            let now = objective()
            #expect(now <= last + 1e-10)
            last = now
        }
        // Central differences.
        for side in [\Oracle.users, \.items] {
            for term in oracle[keyPath: side].coefficients.indices {
                for feature in oracle[keyPath: side].coefficients[term].indices {
                    let value = oracle[keyPath: side].coefficients[term][feature]
                    oracle[keyPath: side].coefficients[term][feature] = value + 1e-5
                    let above = oracle.objective
                    oracle[keyPath: side].coefficients[term][feature] = value - 1e-5
                    let slope = (above - oracle.objective) / 2e-5
                    oracle[keyPath: side].coefficients[term][feature] = value
                    #expect(abs(slope) < 1e-5)
                }
            }
        }
    }

    @Test func historiesWeighWhatWasMetOnce() {
        // User 1 rates item 2 twice and item 1 once; user 2 rates item 2.
        let users = RatingGroups([1, 1, 1, 2], partners: [1, 2, 2, 2], count: 3)
        let items = RatingGroups([1, 2, 2, 2], partners: [1, 1, 1, 2], count: 4)
        let history = FeatureBlock.history(of: users, with: items, penalty: .init(factor: 1, linear: 1))
        #expect(history.columnCount == 2)
        #expect((0..<2).map { Array(history.entities[history.entries(of: $0)]) } == [[1], [1, 2]])
        #expect(history.scales == [0, 1 / 2.0.squareRoot(), 1])
        let identity = FeatureBlock.identity(of: items, penalty: .init(factor: 1, linear: 1))
        #expect(identity.entities == [1, 2] && identity.scales == [0, 1, 1, 0])
    }
}
