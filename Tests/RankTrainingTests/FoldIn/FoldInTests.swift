import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct FoldInTests {
    /// Writes a model of biases and dot product: 8 users, 6 items, 3 factors.
    private static func model(
        in directory: TemporaryDirectory,
        users: ModelDraft.IDs = .identity,
        items: ModelDraft.IDs = .identity,
        transform: LabelTransform = .unitFromStars,
        layers: [ModelDraft.Dense] = []
    ) throws -> RankModel {
        var random = NumPyRandom(seed: 3)
        func table(_ rows: Int, _ ids: ModelDraft.IDs) -> ModelDraft.Table {
            ModelDraft.Table(
                embedding: (0..<rows * 3).map { Float(random.nextUnit() - 0.5 + ($0 < 3 ? 0 : 0.01)) },
                dimensions: 3,
                ids: ids,
                bias: (0..<rows).map { _ in Float(random.nextUnit() - 0.5) / 4 }
            )
        }
        let draft = ModelDraft(
            users: table(9, users),
            candidates: table(7, items),
            layers: layers,
            dotProduct: true,
            mean: 0.6,
            metadata: ModelMetadata(
                labelTransform: transform,
                prior: 0.6,
                fingerprint: TrainingFingerprint([
                    "data": "d", "split": "seed:42", "split_sha256": "s", "refit": "all", "tested_count": "3",
                    "ratings_sha256": "r",
                ]),
                claimedTestRMSE: 0.2
            )
        )
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    private static func list(_ text: String, texts: Bool = false, range: ClosedRange<Float>? = 1...5) throws
        -> RatingList
    {
        try RatingList(parsing: Array(text.utf8), source: "in", idsAreTexts: texts, range: range)
    }

    private static func fold(
        _ text: String,
        into model: RankModel,
        in directory: TemporaryDirectory,
        _ options: FoldInOptions = FoldInOptions()
    ) throws -> RankModel {
        let ratings = try list(text, texts: model.users.kind.isText, range: FoldIn.scale(of: model))
        _ = try FoldIn(ratings, into: model, options).write(to: directory.file("folded"))
        return try RankModel.load(path: directory.file("folded"))
    }

    private static func score(_ model: RankModel, _ user: String, _ item: String) throws -> Float {
        let rows = (model.users.row(ofText: user) ?? 0, model.candidates.row(ofText: item) ?? 0)
        return try BatchScorer(model).scores(userRows: [UInt32(rows.0)], candidateRows: [UInt32(rows.1)])[0]
    }

    @Test func knownRowsStayAndNewOnesLearn() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let folded = try Self.fold("9,1,5\n9,2,5\n9,3,5\n10,1,1\n10,2,1\n1,7,5\n2,7,5\n", into: model, in: directory)
        for user in 0...8 {
            for item in 0...6 {
                let scores = try [model, folded].map { try Self.score($0, "\(user)", "\(item)").bitPattern }
                #expect(scores[0] == scores[1])
            }
        }
        #expect(folded.users.summary == "1-10" && folded.candidates.summary == "1-7")
        #expect(folded.shape.userRows == 11 && folded.shape.candidateRows == 8)
        for item in 1...3 {
            let (glad, sad) = (try Self.score(folded, "9", "\(item)"), try Self.score(folded, "10", "\(item)"))
            let unknown = try Self.score(model, "9", "\(item)")
            #expect(glad > unknown && (item == 3 || sad < unknown))
        }
        #expect(try Self.score(folded, "1", "7") > Self.score(model, "1", "7"))
    }

    @Test func theFileSaysWhatItIs() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let text = "9,1,5\n9,2,3\n1,1,4\n"
        let folded = try FoldIn(Self.list(text), into: model, FoldInOptions())
        let summary = folded.summary
        #expect(summary.newUsers == 1 && summary.newItems == 0 && summary.used == 2 && summary.passedOver == 1)
        #expect(summary.rmseAfter < summary.rmseBefore && folded.parent == model.modelID)
        let written = try Self.fold(text, into: model, in: directory)
        let fingerprint = written.metadata.fingerprint
        #expect(fingerprint["parent"] == "\(model.modelID)" && fingerprint["data"] == "d")
        #expect(fingerprint["split"] == "unknown" && fingerprint["split_sha256"] == "unknown")
        #expect(!fingerprint.isRefitted && !fingerprint.fields.keys.contains { $0.hasPrefix("tested_") })
        #expect(fingerprint["fold_in_version"] == FoldIn.version && fingerprint["fold_in_refresh"] == "none")
        #expect(fingerprint["fold_in_penalty"] == "\(FoldInOptions.defaultPenalty)")
        #expect(fingerprint["fold_in_ratings_sha256"].utf8.count == 64)
        #expect(written.metadata.claimedTestRMSE == nil && written.metadata.prior == 0.6)
        #expect(written.modelID != model.modelID)
        // Which rows a test would have is not known, so none is evaluated unasked.
        let data = try Sample.data()
        let split = try SplitSpec.seed(42).resolve(data.ratings)
        #expect(throws: TrainingError.self) {
            try DataFingerprint(data, split, as: .seed(42)).requireMatch(fingerprint)
        }
    }

    @Test func theOrderOfTheRatingsDoesNotMatter() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let lines = ["9,1,5", "12,2,3", "9,9,4", "3,9,1", "12,1,2", "4,11,2"]
        let ids = try [lines, lines.reversed()].map {
            try Self.fold($0.joined(separator: "\n"), into: model, in: directory).modelID
        }
        #expect(ids[0] == ids[1])
    }

    @Test(
        arguments: zip(
            ["9,1,5\n10,1,4\n", "11,1,5\n9,2,4\n", "0,1,5\n", "18446744073709551615,1,5\n"],
            [(true, ["9", "10"]), (false, ["9", "11"]), (false, ["0"]), (false, ["18446744073709551615"])]
        )
    )
    func rowNumbersStayIdsWhereTheNewOnesContinueThem(_ text: String, _ expected: (Bool, [String])) throws {
        let directory = try TemporaryDirectory()
        let folded = try Self.fold(text, into: Self.model(in: directory), in: directory)
        #expect((folded.users.kind == .identity) == expected.0 && folded.candidates.kind == .identity)
        #expect((9..<folded.users.rowCount).map { folded.users.id(ofRow: $0) } == expected.1)
        #expect(folded.users.row(ofText: "8") == 8 && folded.users.row(ofText: "99") == nil)
    }

    @Test func numbersAndTextsGetRowsInOrder() throws {
        let directory = try TemporaryDirectory()
        let numbers = try Self.model(in: directory, users: .numbers([0, 90, 70, 5, 6, 7, 8, 9, 10]))
        var folded = try Self.fold("100,1,5\n11,1,4\n70,3,2\n", into: numbers, in: directory)
        #expect((8...11).map { folded.users.id(ofRow: $0) } == ["10", "11", "100", nil])

        let users = ["", "a", "b", "c", "d", "e", "f", "g", "h"]
        let texts = try Self.model(
            in: directory,
            users: .texts(users),
            items: .texts(["", "1", "2", "3", "4", "5", "6"])
        )
        folded = try Self.fold("zoë,1,5\nAnn,1,4\n\"x,y\",2,2\nAnn,new,4\nb,new,1\n", into: texts, in: directory)
        #expect((9...11).map { folded.users.id(ofRow: $0) } == ["Ann", "x,y", "zoë"])
        #expect(folded.candidates.id(ofRow: 7) == "new" && folded.users.row(ofText: "b") == 2)
        #expect(folded.users.kind == .utf8)

        // One letter, and a letter with an accent behind it: equal strings, and two ids.
        folded = try Self.fold("caf\u{E9},1,5\ncafe\u{301},1,1\n", into: texts, in: directory)
        #expect(folded.users.row(ofText: "cafe\u{301}") == 9 && folded.users.row(ofText: "caf\u{E9}") == 10)
    }

    /// User 9 has rated item 7 alone, which users 1 and 2 know.
    @Test func aNewUserLearnsFromANewItem() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let shares = try ["1,7,5\n2,7,5\n9,7,5\n", "1,7,1\n2,7,1\n9,7,5\n"].map {
            try Self.score(Self.fold($0, into: model, in: directory), "9", "3")
        }
        // Praise of what others blame says more of user 9 than praise of what all praise.
        #expect(shares[0] != shares[1])
        #expect(try shares[1] != Self.score(model, "9", "3"))
    }

    @Test func knownRowsMoveOnlyWhenAsked() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let text = "1,1,5\n1,2,5\n2,1,5\n9,3,4\n"
        func moved(_ refresh: FoldInOptions.Refresh) throws -> (users: [Int], items: [Int], FoldIn.Summary) {
            let options = FoldInOptions(refresh: refresh)
            let folded = try Self.fold(text, into: model, in: directory, options)
            let (old, new) = (ModelDraft(model), ModelDraft(folded))
            func rows(_ table: KeyPath<ModelDraft, ModelDraft.Table>) -> [Int] {
                (0..<old[keyPath: table].rowCount).filter { row in
                    old[keyPath: table].bias?[row] != new[keyPath: table].bias?[row]
                        || old[keyPath: table].embedding[row * 3..<row * 3 + 3]
                            != new[keyPath: table].embedding[row * 3..<row * 3 + 3]
                }
            }
            return (rows(\.users), rows(\.candidates), try FoldIn(Self.list(text), into: model, options).summary)
        }
        #expect(try moved(.none).users == [] && moved(.none).items == [])
        #expect(try moved(.users).users == [1, 2] && moved(.users).items == [])
        #expect(try moved(.items).users == [] && moved(.items).items == [1, 2, 3])
        let (users, items, summary) = try moved(.all)
        #expect(users == [1, 2] && items == [1, 2, 3])
        #expect(summary.refreshedUsers == 2 && summary.refreshedItems == 3 && summary.passedOver == 0)
    }

    @Test func labelsWithoutStarsAreTakenAsTheyAre() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory, transform: .identity)
        #expect(FoldIn.scale(of: model) == nil)
        let folded = try Self.fold("9,1,-20\n", into: model, in: directory)
        #expect(try Self.score(folded, "9", "1") < Self.score(model, "9", "1"))
        #expect(folded.metadata.labelTransform == .identity)
    }

    /// Ten points are to ten what five stars are to five: the same row comes of it.
    @Test func anotherScaleIsTheModels() throws {
        let directory = try TemporaryDirectory()
        let stars = try Self.fold("9,1,5\n9,2,2\n", into: Self.model(in: directory), in: directory)
        let ten = try #require(LabelTransform(minimum: 0, width: 10))
        let model = try Self.model(in: directory, transform: ten)
        #expect(FoldIn.scale(of: model) == 0...10)
        let points = try Self.fold("9,1,10\n9,2,2.5\n", into: model, in: directory)
        #expect(try Self.score(points, "9", "3") == Self.score(stars, "9", "3"))
    }

    @Test(arguments: [
        ("1,1,5\n8,6,4\n", "nothing to fold in; give --refresh"), ("9,7,5\n10,8,4\n", "neither the user nor the item"),
    ])
    func ratingsThatMakeNoRowAreRefused(_ text: String, _ reason: String) throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let error = #expect(throws: TrainingError.self) {
            try FoldIn(Self.list(text), into: model, FoldInOptions())
        }
        #expect(error?.code == .unsuitableData && error?.message.contains(reason) == true)
    }

    @Test
    func whatWasFoldedIntoAConversionIsUnprovedAndIntoATrainedModelTrained() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelDraft(try Self.model(in: directory))
        for (version, expected) in [("unknown", ModelProof.unproved), ("1", .trained)] {
            draft.metadata.fingerprint = TrainingFingerprint(["version": version])
            draft.metadata.proof = .trained
            try draft.write(to: directory.file("parent"))
            let parent = try RankModel.load(path: directory.file("parent"))
            #expect(try Self.fold("9,1,5\n", into: parent, in: directory).metadata.proof == expected)
        }
    }

    @Test func networksAndBadPenaltiesAreRefused() throws {
        let directory = try TemporaryDirectory()
        let layer = ModelDraft.Dense(kernel: [Float](repeating: 0.1, count: 6), bias: [0])
        let network = try Self.model(in: directory, layers: [layer])
        let refused = #expect(throws: TrainingError.self) {
            try FoldIn(Self.list("9,1,5\n"), into: network, FoldInOptions())
        }
        #expect(refused?.code == .unsuitableModel && refused?.message.contains("dense layers") == true)
        var bent = ModelDraft(try Self.model(in: directory))
        bent.output = try #require(Activation("sigmoid"))
        try bent.write(to: directory.file("bent"))
        let stepped = #expect(throws: TrainingError.self) {
            try FoldIn(Self.list("9,1,5\n"), into: RankModel.load(path: directory.file("bent")), FoldInOptions())
        }
        #expect(stepped?.code == .unsuitableModel && stepped?.message.contains("output sigmoid") == true)
        let order = try Self.model(in: directory, transform: LabelTransform.none)
        let unscaled = #expect(throws: TrainingError.self) {
            try FoldIn(Self.list("9,1,5\n"), into: order, FoldInOptions())
        }
        #expect(unscaled?.code == .unsuitableModel && unscaled?.message.contains("no ratings") == true)
        let model = try Self.model(in: directory)
        for penalty in [0, -1, .nan, .infinity] {
            let error = #expect(throws: TrainingError.self) {
                try FoldIn(Self.list("9,1,5\n"), into: model, FoldInOptions(penalty: penalty))
            }
            #expect(error?.code == .invalidOption)
        }
    }
}
