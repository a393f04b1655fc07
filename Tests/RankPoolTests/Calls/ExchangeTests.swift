import Foundation
import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing

/// A request and a reply of Tests/Fixtures/protocol/vectors.json, and whether the one answers the other.
struct Exchange: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let request: String
    let reply: String
    let fits: Bool
    let why: String?

    var testDescription: String { name }

    private struct File: Decodable {
        let exchanges: [Exchange]
    }

    static let all: [Exchange] = {
        let file = try? JSONDecoder().decode(File.self, from: Repository.fixtureData("protocol/vectors.json"))
        return file?.exchanges ?? []
    }()

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// A pool takes a worker's reply only where it answers what was asked.
@Suite struct ExchangeTests {
    @Test func theFileHasBoth() {
        #expect(Exchange.all.contains { $0.fits } && Exchange.all.contains { !$0.fits })
    }

    /// The work that a request frame is made of.
    private static func work(_ frame: borrowing RequestFrame) throws -> ScoreWork {
        let request = try frame.score(limits: .default)
        var queries: [QueryIDs] = []
        var cursor = request.makeQueries()
        while let query = cursor.next() {
            var numbers: [UInt64] = []
            var texts: [String] = []
            for index in 0..<query.candidateCount {
                if query.idKind == .u64 {
                    numbers.append(query.candidateID(at: index))
                } else {
                    texts.append(query.candidateText(at: index).makeString())
                }
            }
            queries.append(
                query.idKind == .u64
                    ? .numbers(user: query.userID, candidates: numbers)
                    : .text(user: query.userText.makeString(), candidates: texts)
            )
        }
        return ScoreWork(
            queries: queries,
            parameters: request.parameters,
            flags: frame.header.flags,
            model: frame.header.model,
            profile: frame.header.profile
        )
    }

    /// The outcome of a reply in a pool of one worker.
    private static func outcome(_ exchange: Exchange) throws -> Result<CallOutcome, PoolError>? {
        var bench = try Bench(workers: 1, configuration: .init(attempts: 1))
        let bytes = Exchange.bytes(exchange.request)
        let work = try work(RequestFrame(decoding: bytes.span.bytes, limits: .default))
        bench.state.start(
            CallID(1),
            .score(work),
            deadline: 1_000,
            allotted: .microseconds(1_000),
            waitsForReady: false,
            now: 0
        )
        bench.collect()
        let sent = try #require(bench.out.first)
        // The reply answers the request that the pool has sent.
        var reply = Exchange.bytes(exchange.reply)
        for index in 0..<8 { reply[8 + index] = UInt8(truncatingIfNeeded: sent.request.rawValue >> UInt64(8 * index)) }
        bench.deliver(reply, from: sent.link)
        return bench.finished[CallID(1)]
    }

    @Test(arguments: Exchange.all)
    func isJudged(_ exchange: Exchange) throws {
        switch try #require(try Self.outcome(exchange)) {
        case .success: #expect(exchange.fits, "\(exchange.why ?? "")")
        case .failure(let error):
            #expect(error.code == (exchange.fits ? .notFound : .internal), "\(error)")
            #expect(!exchange.fits || exchange.name.hasPrefix("error"), "\(error)")
        }
    }
}
