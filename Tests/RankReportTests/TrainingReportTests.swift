import Foundation
import RankData
import RankEngine
import RankReport
import RankTraining
import TestSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// A small data set whose titles are hostile, and models of it.
private struct Sample {
    let directory: TemporaryDirectory
    let data: DataSet

    init() throws {
        directory = try TemporaryDirectory()
        let invented = try SyntheticMovieLens(seed: 3, userCount: 40, itemCount: 30, ratingCount: 900).generate()
        let ratings = invented.ratings
        let rows = (0..<ratings.count).map { "\(ratings.userIDs[$0])\t\(ratings.itemIDs[$0])\t\(ratings.stars[$0])\n" }
        let items = invented.catalog.ids.map { "\($0)\t<script>alert(\($0))</script> & \"it's\" ]]>\n" }
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + rows.joined())
        try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n" + items.joined())
        data = try DataSet.load(directory: directory.path)
    }

    func network(
        _ spec: SplitSpec,
        _ adjust: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> (RankModel, Split, Metrics?, LearningCurve) {
        var options = TrainingOptions.tutorial
        (options.userDimensions, options.itemDimensions, options.hidden) = (4, 4, [8])
        (options.epochs, options.batchSize) = (3, 64)
        adjust(&options)
        let training = try TrainingData(data, split: spec)
        let result = try Training(options).run(on: training)
        let model = try TrainedModel(network: result, on: training, options)
        _ = try model.write(to: directory.file("network"))
        return (
            try RankModel.load(path: directory.file("network")), training.split, model.test,
            LearningCurve(result, width: 4)
        )
    }

    func factors(_ preset: FactorizationOptions) throws -> (RankModel, Split, Metrics?, LearningCurve) {
        var options = preset
        (options.factors, options.sweeps) = (3, 4)
        options.sampling?.factors = 2
        options.sampling?.sweeps = 26
        let training = try TrainingData(data, split: .seed(1), includesUnrated: true)
        let result = try FactorTraining(options).run(on: training, testingSweeps: true)
        let model = try TrainedModel(factors: result, on: training, options)
        _ = try model.write(to: directory.file("factors"))
        let curve = LearningCurve(result.sweeps, solved: options.sweeps, width: 4)
        return (try RankModel.load(path: directory.file("factors")), training.split, model.test, curve)
    }
}

extension Sample {
    func student(_ spec: SplitSpec) throws -> (RankModel, Split, Metrics?, LearningCurve) {
        var (options, teacher) = (DistillationOptions.distilled, FactorizationOptions.mapFM)
        (teacher.factors, teacher.sweeps) = (3, 4)
        (options.dimensions, options.hidden, options.steps) = (4, [8], 230)
        let training = try TrainingData(data, split: spec, includesUnrated: true)
        let taught = try TeacherTraining(teacher).run(on: training).teacher
        let result = try Distillation(options).run(on: training, teacher: taught, testingReports: true)
        let model = try TrainedModel(student: result, on: training, teacher: taught, options)
        _ = try model.write(to: directory.file("student"))
        return (
            try RankModel.load(path: directory.file("student")), training.split, model.test,
            LearningCurve(result.reports, width: 4)
        )
    }
}

/// The ids of the elements of a well-formed document, and the text that a reader sees.
private final class Reading: NSObject, XMLParserDelegate {
    private(set) var ids: [String] = []
    private(set) var elements: Set<String> = []
    private(set) var text = ""
    private(set) var isWellFormed = false

    init(_ html: String) {
        super.init()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    func parser(
        _ parser: XMLParser,
        didStartElement element: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.insert(element)
        if let id = attributes["id"] { ids.append(id) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }
}

@Suite struct TrainingReportTests {
    private static let sections = [
        "standing", "curve", "calibration", "histogram", "popularity", "activity", "neighbours", "model",
    ]

    @Test func aPageIsWellFormedAndHoldsEverySection() throws {
        let sample = try Sample()
        let (model, split, test, curve) = try sample.network(.seed(42))
        let report = try TrainingReport(model, sample.data, split, as: .seed(42), curve: curve)
        #expect(report.isTested && report.metrics == test)
        let page = Reading(report.html)
        #expect(page.isWellFormed)
        #expect(page.ids.filter { !$0.hasSuffix("-title") } == Self.sections)
        #expect(page.elements.isDisjoint(with: ["script", "img", "link", "iframe", "a"]))
        // What a title holds is text.
        #expect(page.text.contains("<script>alert(") && page.text.contains("& \"it's\" ]]>"))
        for value in [report.metrics.rmseInStars, report.metrics.ndcgAt10] {
            #expect(page.text.contains("\(value)".prefix(5)))
        }
        #expect(page.text.contains("180") && page.text.contains("\(model.modelID)"))
        #expect(
            !report.html.contains("://") || report.html.components(separatedBy: "://").count == 2,
            "one namespace only"
        )
    }

    @Test func theSamePageEveryTime() throws {
        let sample = try Sample()
        let pages = try (0..<2).map { _ in
            let (model, split, _, curve) = try sample.network(.seed(42))
            return try TrainingReport(model, sample.data, split, as: .seed(42), curve: curve).html
        }
        #expect(pages[0] == pages[1])
    }

    @Test func withoutTestRowsThePageSaysSo() throws {
        let sample = try Sample()
        let (model, split, _, curve) = try sample.network(.none)
        let report = try TrainingReport(model, sample.data, split, as: .none, curve: curve)
        #expect(!report.isTested && report.metrics.count == 900)
        let page = Reading(report.html)
        #expect(page.isWellFormed && page.text.contains("There are no test ratings."))
        #expect(page.ids.filter { !$0.hasSuffix("-title") } == Self.sections)
    }

    @Test(arguments: [FactorizationOptions.mapFM, .best])
    func factorisationMachinesAreTestedWhileTheyTrain(_ options: FactorizationOptions) throws {
        let sample = try Sample()
        let (model, split, test, curve) = try sample.factors(options)
        let points = curve.phases.flatMap(\.points)
        #expect(points.map(\.step) == Array(1...points.count))
        #expect(curve.phases.count == (options.sampling == nil ? 1 : 2))
        // Nothing is tested while a sampler warms up.
        #expect(points.count { $0.test == nil } == (options.sampling == nil ? 0 : 21))
        let last = try #require(points.last?.test)
        if options.sampling == nil { #expect(abs(last - (test?.rmseInStars ?? 0)) < 1e-5) }
        let page = Reading(try TrainingReport(model, sample.data, split, as: .seed(1), curve: curve).html)
        #expect(page.isWellFormed && page.text.contains("Error by sweep"))
        #expect(page.text.contains("drawn and mixed") == (options.sampling != nil))
    }

    @Test func theCurveShowsWhichEpochWasKept() throws {
        let sample = try Sample()
        let (model, split, test, curve) = try sample.network(.seed(42)) {
            ($0.epochs, $0.optimizer) = (60, .adam(Adam(rate: 0.05)))
            $0.validation = TrainingOptions.Validation(fraction: 0.2)
        }
        let kept = try #require(curve.kept)
        #expect(kept < 60, "no other epoch than the last was kept")
        let tested = try #require(curve.phases.flatMap(\.points).first { $0.step == kept }?.test)
        #expect(abs(tested - (test?.rmseInStars ?? 0)) < 1e-3, "the kept epoch is that of the page's other figures")
        let html = try TrainingReport(model, sample.data, split, as: .seed(42), curve: curve).html
        let page = Reading(html)
        #expect(page.isWellFormed && page.text.contains("The model is what there was after epoch \(kept), "))
        #expect(html.contains(">kept</text>") && html.contains("<tr class=\"ours\"><th scope=\"row\">\(kept)</th>"))

        let (other, rows, _, plain) = try sample.network(.seed(42))
        let last = try TrainingReport(other, sample.data, rows, as: .seed(42), curve: plain).html
        #expect(plain.kept == nil && !last.contains(">kept</text>") && !last.contains("ratings held out"))
    }

    /// Two drawings: one of the distance from the teacher, one of the test ratings, where there are any.
    @Test(arguments: [SplitSpec.seed(1), .none]) func studentsHaveTheirDistanceFromTheTeacher(_ spec: SplitSpec) throws
    {
        let sample = try Sample()
        let (model, split, test, curve) = try sample.student(spec)
        let points = curve.phases.flatMap(\.points)
        #expect(curve.isOfStudent && curve.unit == "step" && points.map(\.step) == [100, 200, 230])
        #expect(points.allSatisfy { ($0.test != nil) == (test != nil) })
        if let test { #expect(abs((points.last?.test ?? 0) - test.rmseInStars) < 1e-4) }
        let page = Reading(try TrainingReport(model, sample.data, split, as: spec, curve: curve).html)
        #expect(page.isWellFormed && page.text.contains("Distance from the teacher by step"))
        #expect(page.ids.contains("distance") && page.ids.contains("curve") == (test != nil))
        #expect(page.text.contains("Error by step") == (test != nil))
    }

    @Test func withoutACurveThereIsNone() throws {
        let sample = try Sample()
        let (model, split, _, _) = try sample.network(.seed(42))
        let page = Reading(try TrainingReport(model, sample.data, split, as: .seed(42)).html)
        #expect(page.isWellFormed && !page.ids.contains("curve") && page.ids.contains("calibration"))
    }

    @Test func oneRatingIsEnough() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n7\t9\t4\n")
        try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n9\tNine\n")
        let data = try DataSet.load(directory: directory.path)
        let training = try TrainingData(data, split: .none, includesUnrated: true)
        var options = FactorizationOptions.mapFM
        (options.factors, options.sweeps) = (2, 1)
        let trained = try TrainedModel(factors: FactorTraining(options).run(on: training), on: training, options)
        _ = try trained.write(to: directory.file("m"))
        let report = try TrainingReport(RankModel.load(path: directory.file("m")), data, training.split, as: .none)
        #expect(Reading(report.html).isWellFormed && report.metrics.count == 1)
    }

    @Test func thePageIsWrittenWholeOrNotAtAll() throws {
        let sample = try Sample()
        let (model, split, _, _) = try sample.network(.seed(42))
        let report = try TrainingReport(model, sample.data, split, as: .seed(42))
        let path = try sample.directory.write("page.html", "older")
        try report.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == report.html)
        let error = #expect(throws: TrainingError.self) { try report.write(to: sample.directory.path + "/no/page") }
        #expect((error?.cause as? EngineError)?.code == .cannotWrite)
        #expect(sample.directory.names == ["network", "page.html", "x.inter", "x.item"])
    }
}
