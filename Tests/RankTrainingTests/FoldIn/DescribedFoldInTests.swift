import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

/// Fold-in of ids of which columns are known.
@Suite struct DescribedFoldInTests {
    private static let userHeader = "user_id:token\tage:token\tgender:token\n"
    private static let itemHeader = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"

    /// A model of users 1 to 6 and items 1 to 4: even users give a star less, and items of class B have one more.
    private static func model(
        in directory: TemporaryDirectory,
        users: ModelDraft.IDs = .identity,
        items: ModelDraft.IDs = .identity
    ) throws -> RankModel {
        func table(_ rows: Int, _ ids: ModelDraft.IDs, _ bias: (Int) -> Float) -> ModelDraft.Table {
            let embedding = (0..<rows * 2).map { $0 < 2 ? 0 : Float($0 % 5) / 8 - 0.25 }
            return ModelDraft.Table(embedding: embedding, dimensions: 2, ids: ids, bias: (0..<rows).map(bias))
        }
        let draft = ModelDraft(
            users: table(7, users) { $0 == 0 ? 0 : $0.isMultiple(of: 2) ? -0.125 : 0.125 },
            candidates: table(5, items) { $0 == 0 ? 0 : $0 > 2 ? 0.25 : -0.25 },
            layers: [],
            dotProduct: true,
            mean: 0.5,
            metadata: ModelMetadata(
                labelTransform: .unitFromStars,
                prior: 0.5,
                fingerprint: TrainingFingerprint(["data": "d"])
            )
        )
        try draft.write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }

    /// Columns of users 1 to 6, whose gender goes with their number, and of items 1 to 4; then the lines that are
    /// given.
    private static func descriptions(
        users: String? = "7\t24\tF\n8\t24\tM\n",
        items: String = "",
        texts: Bool = false
    ) throws -> SideInformation {
        let directory = try TemporaryDirectory()
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\nnot read")
        let known = (1...4).map { "\($0)\tTitle\t1990\t\($0 > 2 ? "B" : "A")\n" }.joined()
        try directory.write("x.item", itemHeader + known + items)
        if let users {
            let known = (1...6).map { "\($0)\t\(20 + $0)\t\($0.isMultiple(of: 2) ? "M" : "F")\n" }.joined()
            try directory.write("x.user", userHeader + known + users)
        }
        return try SideInformation.load(directory: directory.path, idsAreTexts: texts)
    }

    private static func list(_ text: String, texts: Bool = false) throws -> RatingList {
        try RatingList(parsing: Array(text.utf8), source: "in", idsAreTexts: texts, range: 1...5)
    }

    private static func score(_ model: RankModel, _ user: String, _ item: String) throws -> Float {
        let rows = (model.users.row(ofText: user) ?? 0, model.candidates.row(ofText: item) ?? 0)
        return try BatchScorer(model).scores(userRows: [UInt32(rows.0)], candidateRows: [UInt32(rows.1)])[0]
    }

    private static func written(_ folded: FoldIn, in directory: TemporaryDirectory) throws -> RankModel {
        _ = try folded.write(to: directory.file("folded"))
        return try RankModel.load(path: directory.file("folded"))
    }

    @Test func columnsAloneMakeARow() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let described = try Self.descriptions(items: "9\tNew\t1990\tB\n11\tOld\t1990\tA\n12\tOdd\t\tZ\n")
        let folded = try FoldIn(nil, describedBy: described, into: model, FoldInOptions())
        let summary = folded.summary
        #expect(summary.newUsers == 2 && summary.describedUsers == 2 && summary.used == 0)
        #expect(summary.newItems == 2 && summary.describedItems == 2 && summary.leftOut == 1)
        #expect(summary.rmseBefore == 0 && summary.rmseAfter == 0)
        let loaded = try Self.written(folded, in: directory)
        for item in ["1", "3", "9", "0"] {
            let (woman, man) = (try Self.score(loaded, "7", item), try Self.score(loaded, "8", item))
            #expect(woman > man, "\(item)")
        }
        #expect(try Self.score(loaded, "1", "9") > Self.score(loaded, "1", "11"))
        #expect(loaded.candidates.row(ofText: "12") == nil && loaded.candidates.row(ofText: "11") == 6)
        for user in 0...6 {
            for item in 0...4 {
                let bits = try [model, loaded].map { try Self.score($0, "\(user)", "\(item)").bitPattern }
                #expect(bits[0] == bits[1])
            }
        }
        let fingerprint = loaded.metadata.fingerprint
        #expect(fingerprint["fold_in_user_attributes_sha256"].utf8.count == 64)
        #expect(fingerprint["fold_in_item_attributes_sha256"].utf8.count == 64)
        #expect(fingerprint["fold_in_ratings_sha256"] == TrainingFingerprint.unknown)
    }

    /// User 9 is rated and in no file, 10 has a gender that nobody known has: both start from the row for unknown ids.
    @Test func ratingsMoveARowFromWhereColumnsPutIt() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let described = try Self.descriptions(users: "7\t\tF\n8\t\tM\n10\t\tX\n")
        let list = try Self.list("7,1,3\n7,3,4\n8,1,3\n8,3,4\n9,1,3\n9,3,4\n10,1,3\n10,3,4\n")
        let folded = try FoldIn(list, describedBy: described, into: model, FoldInOptions())
        #expect(folded.summary.newUsers == 4 && folded.summary.describedUsers == 2 && folded.summary.leftOut == 0)
        let loaded = try Self.written(folded, in: directory)
        func score(_ user: String) throws -> Float { try Self.score(loaded, user, "2") }
        #expect(try score("7") > score("9") && score("9") > score("8"))
        #expect(try score("9") == score("10"))
        // They are drawn to each other by what they have in common.
        let alone = try FoldIn(nil, describedBy: described, into: model, FoldInOptions())
        let before = try Self.written(alone, in: directory)
        let distance = try Self.score(before, "7", "2") - Self.score(before, "8", "2")
        #expect(try score("7") - score("8") < distance)
        // Without columns everything is as it was before there were any.
        let plain = try Self.written(FoldIn(list, into: model, FoldInOptions()), in: directory)
        #expect(try Self.score(plain, "9", "2") == score("9"))
    }

    /// New items that only new users rate are held by the columns of either.
    @Test func columnsHoldWhatNobodyKnownHasRated() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(in: directory)
        let list = try Self.list("7,20,5\n")
        #expect(throws: TrainingError.self) { try FoldIn(list, into: model, FoldInOptions()) }
        let folded = try FoldIn(list, describedBy: Self.descriptions(), into: model, FoldInOptions())
        let loaded = try Self.written(folded, in: directory)
        #expect(try Self.score(loaded, "1", "20") > Self.score(loaded, "1", "0"))
    }

    @Test func itemsMayHaveTextsForIDs() throws {
        let directory = try TemporaryDirectory()
        let model = try Self.model(
            in: directory,
            users: .texts(["", "a", "b", "c", "d", "e", "f"]),
            items: .texts(["", "p", "q", "r", "caf\u{E9}"])
        )
        let data = try TemporaryDirectory()
        try data.write("ratings.csv", "not read")
        try data.write(
            "movies.csv",
            "movieId,title,genres\np,P,A\nq,Q,A\nr,R,B\ncaf\u{E9},S,B\ncafe\u{301},New,B\n\"x,y\",New,A\n"
        )
        let described = try SideInformation.load(directory: data.path, idsAreTexts: true)
        let folded = try FoldIn(nil, describedBy: described, into: model, FoldInOptions())
        #expect(folded.summary.newItems == 2 && folded.summary.describedItems == 2)
        let loaded = try Self.written(folded, in: directory)
        #expect(try Self.score(loaded, "a", "cafe\u{301}") > Self.score(loaded, "a", "x,y"))
        #expect(loaded.candidates.row(ofText: "cafe\u{301}") == 5)
        #expect(throws: DataError.self) { try SideInformation.load(directory: data.path, idsAreTexts: false) }
    }

    @Test func columnsThatSayNothingAreRefused() throws {
        let directory = try TemporaryDirectory()
        let strangers = try Self.model(in: directory, users: .numbers([0, 101, 102, 103, 104, 105, 106]))
        func refusal(_ model: RankModel, _ described: SideInformation, _ ratings: String? = nil) -> TrainingError? {
            #expect(throws: TrainingError.self) {
                try FoldIn(ratings.map { try Self.list($0) }, describedBy: described, into: model, FoldInOptions())
            }
        }
        let other = try refusal(strangers, Self.descriptions(), "101,9,5\n")
        #expect(other?.code == .unsuitableData && other?.message.contains("knows none of the 8 users") == true)
        let model = try Self.model(in: directory)
        let known = try refusal(model, Self.descriptions(users: ""))
        #expect(known?.message.contains("knows everybody") == true && known?.message.contains("--ratings") == true)
        let unseen = try refusal(model, Self.descriptions(users: "7\t\tX\n8\t\t\n"))
        #expect(unseen?.message.contains("of 2 new ids no value") == true)
        let rated = try refusal(model, Self.descriptions(users: ""), "1,1,5\n")
        #expect(rated?.message.contains("--refresh") == true)
        // Only the catalogue speaks where there is no users' file.
        let folded = try FoldIn(
            Self.list("7,1,5\n"),
            describedBy: Self.descriptions(users: nil),
            into: model,
            FoldInOptions()
        )
        #expect(folded.summary.newUsers == 1 && folded.summary.describedUsers == 0)
    }
}
