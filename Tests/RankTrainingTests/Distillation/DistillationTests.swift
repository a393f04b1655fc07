import RankCore
import RankData
import RankEngine
import RankTraining
import TestSupport
import Testing

@Suite struct DistillationTests {
    private static let options: DistillationOptions = {
        var options = DistillationOptions.distilled
        (options.dimensions, options.hidden, options.steps) = (8, [24, 12], 400)
        (options.users, options.items) = (8, 16)
        return options
    }()

    private static let teacherOptions: FactorizationOptions = {
        var options = FactorizationOptions.mapFM
        (options.factors, options.sweeps) = (4, 5)
        return options
    }()

    private struct Lesson {
        let data: TrainingData
        let teacher: TrainedModel

        var set: TrainingSet { data.set }
        var split: Split { data.split }
    }

    private static func lesson(_ data: DataSet, split spec: SplitSpec = .seed(42)) throws -> Lesson {
        let data = try TrainingData(data, split: spec, includesUnrated: true)
        let result = try FactorTraining(teacherOptions).run(on: data)
        return Lesson(data: data, teacher: try TrainedModel(factors: result, on: data, teacherOptions))
    }

    private static func distil(
        _ lesson: Lesson,
        _ teacher: Teacher,
        _ options: DistillationOptions = options,
        kernel: Kernel = .best
    ) throws -> Trained<Distillation.Result> {
        let result = try Distillation(options, kernel: kernel).run(on: lesson.data, teacher: teacher)
        let model = try TrainedModel(student: result, on: lesson.data, teacher: teacher, options)
        return Trained(model: model, result: result)
    }

    private static func loaded(_ write: (String) throws -> ModelID) throws -> RankModel {
        let path = try TemporaryDirectory().file("model")
        _ = try write(path)
        return try RankModel.load(path: path)
    }

    @Test func theStudentComesNearItsTeacherAndIsServed() throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        let teacher = try Teacher(lesson.teacher, of: lesson.set)
        let distilled = try Self.distil(lesson, teacher)
        let reports = distilled.result.reports
        #expect(reports.map(\.step) == [100, 200, 300, 400])
        #expect(reports[3].loss < reports[0].loss / 4)

        let taught = try Self.loaded { try lesson.teacher.write(to: $0) }
        let student = try Self.loaded { try distilled.write(to: $0) }
        let users = (0...30).flatMap { user in (0...40).map { _ in UInt64(user) } }
        let items = (0...30).flatMap { _ in (0...40).map { UInt64($0) } }
        let expected = try Predictor(taught).predict(users: users, items: items).scores
        let found = try Predictor(student).predict(users: users, items: items).scores
        let distance = zip(expected, found).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let mean = expected.reduce(0.0) { $0 + Double($1) } / Double(expected.count)
        let spread = expected.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        #expect(distance < spread / 10)

        let ranked = try student.makeRanker().rank([1, 2, 3, 4, 5], for: 3, top: 5, unknownIDs: .fallback)
        for candidate in ranked {
            #expect(candidate.score.bitPattern == found[3 * 41 + Int(candidate.id)].bitPattern)
        }
        #expect(ranked.count == 5)
    }

    @Test func theFileIsANetworkAndTellsItsTeacher() throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        let teacher = try Teacher(lesson.teacher, of: lesson.set)
        let distilled = try Self.distil(lesson, teacher)
        let student = try Self.loaded { try distilled.write(to: $0) }
        let shape = student.shape
        #expect(!shape.dotProduct && !shape.userBias && !shape.candidateBias && !shape.mean)
        #expect(shape.layerWidths == [24, 12, 1] && shape.userDimensions == 8 && shape.candidateDimensions == 8)
        let taught = try Self.loaded { try lesson.teacher.write(to: $0) }
        let fingerprint = student.metadata.fingerprint
        #expect(fingerprint["teacher"] == "\(taught.modelID)" && fingerprint["teacher_preset"] == "map-fm")
        #expect(fingerprint["preset"] == "distilled" && fingerprint["version"] == Distillation.version)
        #expect(fingerprint["steps"] == "400" && fingerprint["batch_size"] == "128")
        let test = try #require(distilled.test)
        #expect(student.metadata.claimedTestRMSE == Float(test.rmse))
        #expect(try Evaluation(student, data, lesson.split).metrics == test)
        try lesson.data.fingerprint.requireMatch(fingerprint)
    }

    /// Ratings decide the draws, and the teacher's test rows are then among them.
    @Test func onOtherRowsThanTheTeachersTheSplitIsUnknown() throws {
        let data = try Sample.data()
        let (lesson, all) = (try Self.lesson(data), try Self.lesson(data, split: .none))
        var options = Self.options
        options.steps = 5
        let distilled = try Self.distil(all, Teacher(lesson.teacher, of: all.set), options)
        let fingerprint = try Self.loaded { try distilled.write(to: $0) }.metadata.fingerprint
        #expect(fingerprint["split"] == TrainingFingerprint.unknown && fingerprint["teacher_preset"] == "map-fm")
        let given = lesson.data.fingerprint
        let error = #expect(throws: TrainingError.self) { try given.requireMatch(fingerprint) }
        #expect(error?.code == .fingerprintMismatch)
    }

    /// A teacher from its file, or from memory, under any kernel.
    @Test func theSameInputsGiveTheSameWeights() throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        var options = Self.options
        options.steps = 30
        let teacher = try Teacher(lesson.teacher, of: lesson.set)
        let first = try Self.distil(lesson, teacher, options)
        let file = try Self.loaded { try lesson.teacher.write(to: $0) }
        for kernel in Kernel.supported {
            let teacher = try Teacher(file, of: lesson.set, threads: 1)
            let again = try Self.distil(lesson, teacher, options, kernel: kernel)
            #expect(again.result.network == first.result.network)
        }
        options.seed += 1
        #expect(try Self.distil(lesson, teacher, options).result.network != first.result.network)
    }

    /// A network can teach too.
    @Test func aNetworkTeachesASmallerOne() throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        let network = try Self.loaded { try Sample.model(data).write(to: $0) }
        var options = Self.options
        (options.dimensions, options.hidden) = (1, [])
        let teacher = try Teacher(network, of: lesson.set)
        let distilled = try Self.distil(lesson, teacher, options)
        #expect(distilled.result.network.layers.count == 1)
        #expect(try #require(distilled.result.reports.last).rootMeanSquaredError < 0.1)
        options.dimensions = 2
        #expect(try Self.distil(lesson, teacher, options).result.network.userEmbedding.count == 31 * 2)
    }

    /// Whoever tests must not be seen: the test rows get other users, other items and other stars.
    @Test(arguments: [true, false]) func nothingOfTheTestRowsIsLearnt(_ knowsUsers: Bool) throws {
        var lines: [String] = []
        for user in 1...12 {
            for item in 1...9 where (user * 7 + item * 5) % 4 != 0 { lines.append("\(user) \(item)") }
        }
        // Item 9 and user 12 are known from test rows alone.
        let isTest = { (line: String) in line.hasSuffix(" 9") || line.hasPrefix("12 ") || line.hasSuffix("3 5") }
        let training = lines.filter { !isTest($0) }.map { "\($0) \(1 + ($0.utf8.reduce(0) { $0 + Int($1) }) % 5)" }
        let tests = lines.filter(isTest)
        let others = tests.indices.map { "\(13 + $0 % 7) \(10 + $0 / 7)" }
        let items = (1...12).map { "\($0)\tFilm \($0)\t19\(80 + $0)\t\($0 % 2 == 0 ? "A" : "A B")\n" }.joined()
        var options = Self.options
        options.steps = 40
        let scores = try [(tests, 5), (others, 1)].map { rows, stars in
            let directory = try TemporaryDirectory()
            let ratings = (training + rows.map { "\($0) \(stars)" }).map { $0.replacing(" ", with: "\t") + "\n" }
            try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + ratings.joined())
            try directory.write(
                "x.item",
                "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n" + items
            )
            if knowsUsers {
                let users = (1...20).map { "\($0)\t\($0 * 4)\t\($0 % 10)0000\n" }.joined()
                try directory.write("x.user", "user_id:token\tage:token\tzip_code:token\n" + users)
            }
            let pairs = try TemporaryDirectory().write(
                "t.csv",
                rows.joined(separator: "\n").replacing(" ", with: ",")
            )
            let data = try DataSet.load(directory: directory.path)
            let lesson = try Self.lesson(data, split: .file(path: pairs))
            let distilled = try Self.distil(lesson, Teacher(lesson.teacher, of: lesson.set), options)
            let student = try Self.loaded { try distilled.write(to: $0) }
            let users = (0...13).flatMap { user in (0...12).map { _ in UInt64(user) } }
            let ids = (0...13).flatMap { _ in (0...12).map { UInt64($0) } }
            return try Predictor(student).predict(users: users, items: ids).scores.map(\.bitPattern)
        }
        #expect(scores[0] == scores[1])
        #expect(Set(scores[0]).count > 100)
    }

    /// Before the memory for it is asked for, which would end the process.
    @Test func whatNeedsTooMuchMemoryIsRefused() throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        let teacher = try Teacher(lesson.teacher, of: lesson.set)
        var options = [Self.options, Self.options]
        options[0].hidden = [65_536, 65_536, 65_536]
        (options[1].hidden, options[1].users, options[1].items) = ([65_536], 1_000, 1_000)
        for (options, text) in zip(options, ["dense layers with 85", "1000000 examples a step for a layer of 65536"]) {
            let error = #expect(throws: TrainingError.self) { _ = try Self.distil(lesson, teacher, options) }
            #expect(error?.code == .invalidOption && error?.message.contains(text) == true, "\(error?.message ?? "")")
            // The same before there is a teacher.
            let early = #expect(throws: TrainingError.self) {
                try Distillation(options).requireRoom(on: lesson.data)
            }
            #expect(early?.code == error?.code && early?.message == error?.message)
        }
    }

    @Test func impossibleOptionsAreRefused() throws {
        var options = [Self.options, Self.options, Self.options, Self.options, Self.options]
        options[0].steps = 0
        options[4].steps = .max
        options[1].users = 0
        (options[2].users, options[2].items) = (1_001, 1_000)
        options[3].optimizer = .adam(Adam(rate: .infinity))
        for options in options {
            let error = #expect(throws: TrainingError.self) { _ = try Distillation(options) }
            #expect(error?.code == .invalidOption)
        }
    }

    /// Also where the last step alone has lost the numbers, and no distance is taken after it.
    @Test(arguments: [1, 400]) func divergenceIsSaid(_ steps: Int) throws {
        let data = try Sample.data()
        let lesson = try Self.lesson(data)
        var options = Self.options
        (options.steps, options.optimizer) = (steps, .adam(Adam(rate: 1e30)))
        let teacher = try Teacher(lesson.teacher, of: lesson.set)
        let error = #expect(throws: TrainingError.self) { _ = try Self.distil(lesson, teacher, options) }
        #expect(error?.code == .diverged)
    }
}
