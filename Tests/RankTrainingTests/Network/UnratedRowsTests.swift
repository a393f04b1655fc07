import RankCore
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

/// The rows of users and items that the data describe and no training rating has.
@Suite struct UnratedRowsTests {
    private static let presets = [SmallFactors.solved, SmallFactors.mixed(sweeps: 6, drawn: 12, warmUp: 4)]

    /// An id with its values, which are two columns of a file, and with those of its features that one with ratings
    /// has: what is taken of the values is written out here, and not computed.
    private struct Entity {
        let id: Int
        let values: String
        let features: [Double]
        var isRated = true
    }

    private static let pair = 0.5.squareRoot()
    private static let third = (1.0 / 3).squareRoot()

    /// Of items: years from 1970 on and from 1990 on, and the classes A, B and C.
    private static let items = [
        Entity(id: 1, values: "1990\tA B", features: [0, 1, pair, pair, 0]),
        Entity(id: 2, values: "1970\tB", features: [1, 0, 0, 1, 0]),
        Entity(id: 3, values: "1991\tA", features: [0, 1, 1, 0, 0]),
        Entity(id: 4, values: "1972\tC", features: [1, 0, 0, 0, 1]),
        Entity(id: 5, values: "1992\tC A B", features: [0, 1, third, third, third]),
        Entity(id: 6, values: "1991\tA C", features: [0, 1, pair, 0, pair], isRated: false),
        Entity(id: 7, values: "1979\t", features: [1, 0, 0, 0, 0], isRated: false),
        Entity(id: 8, values: "\tC Z", features: [0, 0, 0, 0, pair], isRated: false),
        Entity(id: 9, values: "1998\tZ", features: [], isRated: false),
        Entity(id: 10, values: "\t", features: [], isRated: false),
    ]

    /// Of users: ages from 18 on and from 35 on, and zip codes that begin with 1 and with no digit.
    private static let users = [
        Entity(id: 1, values: "18\t12345", features: [1, 0, 1, 0]),
        Entity(id: 2, values: "20\tV3N", features: [1, 0, 0, 1]),
        Entity(id: 3, values: "36\t1", features: [0, 1, 1, 0]),
        Entity(id: 4, values: "44\tT8H", features: [0, 1, 0, 1]),
        Entity(id: 5, values: "24\t", features: [1, 0, 0, 0]),
        Entity(id: 6, values: "40\t19", features: [0, 1, 1, 0]),
        Entity(id: 7, values: "19\tX", features: [1, 0, 0, 1], isRated: false),
        Entity(id: 8, values: "\t10", features: [0, 0, 1, 0], isRated: false),
        Entity(id: 9, values: "old\t90000", features: [], isRated: false),
    ]

    private static let ratings = (1...6).flatMap { user in
        (1...5).filter { (user + $0) % 4 != 0 }.map { "\(user)\t\($0)\t\(1 + (user * $0 + $0) % 5)\n" }
    }

    /// Writes a data set in which `known` alone are described, if need be with all lines in the other order.
    private static func write(
        to directory: TemporaryDirectory,
        known: (Entity) -> Bool = { _ in true },
        isReversed: Bool = false
    ) throws {
        func lines(_ lines: [String]) -> String { (isReversed ? lines.reversed() : lines).joined() }
        let (items, users) = (items.filter(known), users.filter(known))
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + lines(ratings))
        try directory.write(
            "x.item",
            "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
                + lines(items.map { "\($0.id)\tFilm\t\($0.values)\n" })
        )
        try directory.write(
            "x.user",
            "user_id:token\tage:token\tzip_code:token\n" + lines(users.map { "\($0.id)\t\($0.values)\n" })
        )
    }

    private static func train(
        _ directory: TemporaryDirectory,
        _ options: FactorizationOptions
    ) throws -> Trained<FactorTraining.Result> {
        let data = try TrainingData(DataSet.load(directory: directory.path), split: .none, includesUnrated: true)
        let result = try FactorTraining(options).run(on: data)
        return Trained(model: try TrainedModel(factors: result, on: data, options), result: result)
    }

    private static func rows(_ table: FoldedFactors.Table, _ dimensions: Int) -> [[Double]] {
        table.bias.indices.map { row in
            [Double(table.bias[row])]
                + table.embedding[row * dimensions..<(row + 1) * dimensions].map { Double($0) }
        }
    }

    @Test(arguments: presets)
    func theirRowsAreTheRegressionOfTheRatedOnes(_ options: FactorizationOptions) throws {
        let directory = try TemporaryDirectory()
        try Self.write(to: directory)
        let tables = try Self.train(directory, options).result.tables
        for (table, entities) in [(tables.users, Self.users), (tables.items, Self.items)] {
            let rows = Self.rows(table, tables.dimensions)
            #expect(rows.count == entities.count + 1)
            let rated = entities.filter(\.isRated)
            let regression = RidgeRegression(
                features: rated.map(\.features),
                rows: rated.map { rows[$0.id] },
                penalty: ColumnEffects.penalty
            )
            for entity in entities where !entity.isRated {
                let expected = entity.features.isEmpty ? rows[0] : regression.row(entity.features)
                #expect(zip(rows[entity.id], expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(entity)")
                // Nothing known is no more than being unknown, to the bit.
                #expect((rows[entity.id] == rows[0]) == entity.features.isEmpty, "\(entity)")
            }
            let mean = rows[0].indices.map { term in rated.reduce(0) { $0 + rows[$1.id][term] } / Double(rated.count) }
            #expect(zip(rows[0], mean).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    /// A training that does not know them and a fold-in of the same columns come to the same scores.
    ///
    /// Those without ratings whom the parent knows do not change what columns are worth: their rows say what the
    /// others' do.
    @Test(arguments: presets)
    func foldInMakesTheSameOfTheSameColumns(_ options: FactorizationOptions) throws {
        let (all, known) = (try TemporaryDirectory(), try TemporaryDirectory())
        // A feature that the other training had would move where its coefficients start.
        func isListed(_ entity: Entity) -> Bool { !entity.features.isEmpty && !entity.values.contains("Z") }
        try Self.write(to: all, known: isListed)
        try Self.write(to: known) { $0.isRated || $0.id == 7 }
        func loaded(_ directory: TemporaryDirectory, _ write: (String) throws -> ModelID) throws -> RankModel {
            _ = try write(directory.file("model"))
            return try RankModel.load(path: directory.file("model"))
        }
        let trained = try loaded(all) { try Self.train(all, options).write(to: $0) }
        let parent = try loaded(known) { try Self.train(known, options).write(to: $0) }
        let columns = try SideInformation.load(directory: all.path, idsAreTexts: false)
        let folded = try loaded(known) {
            try FoldIn(nil, describedBy: columns, into: parent, FoldInOptions()).write(to: $0)
        }
        let users = Self.users.filter(isListed).map { UInt64($0.id) }
        let items = Self.items.filter(isListed).map { UInt64($0.id) }
        #expect(users.count == 8 && items.count == 7)
        let pairs = users.flatMap { user in items.map { (user, $0) } }
        let scores = try [trained, folded].map {
            try Predictor($0).predict(users: pairs.map(\.0), items: pairs.map(\.1)).scores
        }
        for (index, pair) in pairs.enumerated() {
            #expect(abs(scores[0][index] - scores[1][index]) < 1e-5, "\(pair)")
        }
        #expect(Set(scores[0]).count == pairs.count)
    }

    @Test(arguments: presets)
    func theSameDataGiveTheSameRowsInAnyOrder(_ options: FactorizationOptions) throws {
        let tables = try [false, false, true].map { isReversed in
            let directory = try TemporaryDirectory()
            try Self.write(to: directory, isReversed: isReversed)
            return try Self.train(directory, options).result.tables
        }
        #expect(tables[0] == tables[1] && tables[0] == tables[2])
    }
}
