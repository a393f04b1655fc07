import RankCore
import RankEngine
import RankProtocol
import RankService
import TestSupport
import Testing

/// CATALOG: a model's candidates, page by page.
@Suite("Catalogue of a worker")
struct CatalogTests {
    /// A model of some candidates; what it scores matters to no test here.
    static func model(_ ids: ModelDraft.IDs, count: Int) throws -> EmbeddingRanker {
        let users: ModelDraft.IDs
        switch ids {
        case .identity: users = .identity
        case .numbers: users = .numbers([0, 77])
        case .texts: users = .texts(["", "ann"])
        }
        return try TestModel.load(
            ModelDraft(
                users: ModelDraft.Table(embedding: [0, 0.5], dimensions: 1, ids: users),
                candidates: ModelDraft.Table(
                    embedding: [Float](repeating: 0.25, count: count + 1),
                    dimensions: 1,
                    ids: ids
                ),
                layers: [],
                dotProduct: true,
                metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.5, fingerprint: TrainingFingerprint())
            )
        ).makeRanker()
    }

    /// Asks a handler for every page, one after another.
    private func pages(
        of ranker: sending EmbeddingRanker,
        count: UInt32 = .max,
        limits: FrameLimits = .default
    ) throws -> [CatalogPage] {
        let held = ranker.info.modelID
        let state = WorkerState(limits: limits, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        var pages: [CatalogPage] = []
        while true {
            let first = pages.reduce(UInt64(0)) { $0 + UInt64($1.ids.count) }
            let reply = try Self.reply(of: &handler, to: Requests.catalog(first: first, count: count))
            let page = try #require(reply.page)
            #expect(reply.header.model == held)
            #expect(page.first == first)
            guard page.ids.count > 0 else { return pages }
            pages.append(page)
        }
    }

    static func reply(of handler: inout RequestHandler, to frame: [UInt8]) throws -> DecodedReply {
        switch handler.examine(frame.span.bytes) {
        case .request(let request):
            let job = ScoreJob()
            job.begin(request, arrival: 1_000, now: 2_000, model: handler.model)
            let isFinished = handler.advance(job, request, frame.span.bytes, budget: 1, now: 2_000, clock: { 3_000 })
            #expect(isFinished)
            return try job.withReply { try DecodedReply($0) }
        default: return try DecodedReply(handler.reply)
        }
    }

    @Test(arguments: [true, false], [1, 5, 20_000])
    func numbersThatAreContiguousAndNumbersThatAreNot(areContiguous: Bool, count: Int) throws {
        // Row 0 has an id that no candidate has.
        let ids = (0...count).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 &+ 5 }
        let ranker = try Self.model(areContiguous ? .identity : .numbers(ids), count: count)
        let pages = try pages(of: ranker)
        let listed = pages.flatMap { page -> [UInt64] in
            guard case .numbers(let numbers) = page.ids else { return [] }
            return numbers
        }
        #expect(listed == (areContiguous ? (1...count).map { UInt64($0) } : Array(ids.dropFirst())))
        #expect(pages.allSatisfy { $0.total == UInt64(count) && $0.ids.count <= 8_192 })
        #expect(pages.count == (count + 8_191) / 8_192)
    }

    @Test(arguments: [4, 40, 65_535])
    func textsLongOnesAndShortOnes(longest: Int) throws {
        let ids = (1...9_000).map { "\($0)é" + String(repeating: "x", count: $0 == 40 ? longest - 4 : $0 % 20) }
        let pages = try pages(of: try Self.model(.texts([""] + ids), count: ids.count))
        let listed = pages.flatMap { page -> [String] in
            guard case .texts(let texts) = page.ids else { return [] }
            return texts
        }
        #expect(listed == ids)
        #expect(pages.count > 1)
    }

    @Test
    func aPageKeepsTheCountThatIsAskedForAndTheLargestMessageOfTheWorker() throws {
        #expect(try pages(of: try Self.model(.identity, count: 10), count: 3).map(\.ids.count) == [3, 3, 3, 1])
        let small = FrameLimits(messageBytes: 256)
        let numbers = try pages(of: try Self.model(.identity, count: 100), limits: small)
        #expect(numbers.map(\.ids.count) == [20, 20, 20, 20, 20])
        // A text that no message of this worker holds is sent all the same, alone.
        let ids = ["a", String(repeating: "x", count: 1_000), "b"]
        let texts = try pages(of: try Self.model(.texts([""] + ids), count: 3), limits: small)
        #expect(texts.map(\.ids) == ids.map { .texts([$0]) })
    }

    @Test
    func beyondTheEndNothingIsLeftHoweverFar() throws {
        let ranker = try Self.model(.texts(["", "a", "b"]), count: 2)
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        for first in [2, 3, UInt64.max] {
            let page = try Self.reply(of: &handler, to: Requests.catalog(first: first)).page
            #expect(page == CatalogPage(total: 2, first: first, ids: .texts([])))
        }
    }

    @Test
    func theChecksComeInTheDocumentsOrder() throws {
        var harness = HandlerHarness()
        let other = try #require(ModelID(hex: String(repeating: "ab", count: 16)))
        // A ranker that lists nothing says so, after all else has been looked at.
        let refused = try harness.reply(to: Requests.catalog())
        #expect(refused.status == .unimplemented)
        #expect(refused.error?.message.contains("name them in the request") == true)
        #expect(try harness.reply(to: Requests.plain(.info)).pairs["catalog"] == "none")
        #expect(try harness.reply(to: Requests.catalog(count: 0)).status == .invalidArgument)
        #expect(try harness.reply(to: Requests.catalog(count: 0, remaining: 0)).status == .deadlineExceeded)
        #expect(try harness.reply(to: Requests.catalog(remaining: 0, model: other)).status == .failedPrecondition)
        #expect(try harness.reply(to: Requests.catalog(remaining: 10), waited: 11).status == .deadlineExceeded)
        harness.state.isDraining = true
        #expect(try harness.reply(to: Requests.catalog()).header.flags == [.draining])
    }

    @Test
    func aModelThatWasReplacedWhileTheRequestWaited() throws {
        let ranker = try Self.model(.identity, count: 3)
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        let held = ranker.info.modelID
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        let frame = Requests.catalog(model: held)
        guard case .request(let request) = handler.examine(frame.span.bytes) else {
            Issue.record("the request was not taken")
            return
        }
        let next = ServedModel(TestRanker(), generation: 2, software: "test 1", limits: .default)
        _ = handler.adopt(next)
        let job = ScoreJob()
        job.begin(request, arrival: 0, now: 0, model: handler.model)
        let isFinished = handler.advance(job, request, frame.span.bytes, budget: 1, now: 0, clock: { 0 })
        #expect(isFinished)
        #expect(try job.withReply { try DecodedReply($0).status } == .failedPrecondition)
    }

    @Test
    func infoSaysWhetherCandidatesAreListed() throws {
        let ranker = try Self.model(.identity, count: 3)
        let state = WorkerState(limits: .default, info: ranker.info, startTime: 0)
        var handler = RequestHandler(ranker: ranker, state: state, software: "test 1")
        #expect(try Self.reply(of: &handler, to: Requests.plain(.info)).pairs["catalog"] == "listed")
    }
}
