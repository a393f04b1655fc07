import RankEngine
import RankService
import Testing

/// The ranker that computes nothing, and may pretend that it does.
@Suite struct NullRankerTests {
    @Test func theMeanOfPretendedWorkHolds() {
        var work = PretendedWork()
        var asked: [Int64] = []
        // The system wakes the thread 60 late each time.
        for _ in 0..<5 {
            work.spend(100) { time in
                asked.append(time)
                return time + 60
            }
        }
        #expect(asked == [100, 40, 40, 40, 40])
        // 100 are saved after a long one: the next costs nothing, the one after the rest.
        asked = []
        work = PretendedWork()
        work.spend(100) { $0 + 150 }
        for _ in 0..<2 {
            work.spend(100) { time in
                asked.append(time)
                return time
            }
        }
        #expect(asked == [50])
    }

    @Test func aFrozenProcessSavesLittle() {
        var work = PretendedWork()
        work.spend(100) { _ in 3_600_000_000_000 }
        var asked: Int64 = 0
        work.spend(5_000_000) { time in
            asked = time
            return time
        }
        #expect(asked == 4_000_000)
    }

    @Test func sleepingTakesAtLeastItsTime() {
        #expect(PretendedWork.sleep(200_000) >= 200_000)
        #expect(PretendedWork.sleep(-1) >= 0)
    }

    @Test func aCostChangesNoScore() throws {
        // More than two groups of eight, and a rest.
        let ids: [UInt64] = [3, 255, 256, 3] + (0..<17).map { 0x9e37_79b9_7f4a_7c15 &* ($0 + 1) }
        func scores(_ ranker: NullRanker) throws -> [Float] {
            var scores = [Float](repeating: -1, count: ids.count)
            var unknown = [Bool](repeating: true, count: ids.count)
            try ids.withUnsafeBytes { bytes in
                let query = RankQuery(user: .number(1), candidates: .numbers(bytes))
                _ = try scores.withUnsafeMutableBufferPointer { scores in
                    try unknown.withUnsafeMutableBufferPointer { unknown in
                        try ranker.score(query, candidates: 0..<ids.count, scores: scores, unknown: unknown)
                    }
                }
            }
            return scores
        }
        let free = try scores(NullRanker())
        let expected = ids.map { Float($0 % 256) }
        #expect(free.map { $0 * 256 } == expected)
        #expect(try scores(NullRanker(costPerCandidate: .microseconds(10))) == free)
    }

    private func refusal(
        of ranker: NullRanker,
        _ candidates: RankQuery.Candidates,
        _ range: Range<Int>
    ) -> EngineError? {
        var scores = [Float](repeating: 0, count: 8)
        var unknown = [Bool](repeating: false, count: 8)
        return scores.withUnsafeMutableBufferPointer { scores in
            unknown.withUnsafeMutableBufferPointer { unknown in
                let query = RankQuery(user: .number(1), candidates: candidates)
                do throws(EngineError) {
                    _ = try ranker.score(query, candidates: range, scores: scores, unknown: unknown)
                    return nil
                } catch {
                    return error
                }
            }
        }
    }

    @Test func candidatesBeyondTheQueryAreRefused() {
        [UInt8](repeating: 0, count: 32).withUnsafeBytes { bytes in
            #expect(refusal(of: NullRanker(), .numbers(bytes), 0..<4) == nil)
            #expect(refusal(of: NullRanker(), .numbers(bytes), 0..<5)?.code == .invalidQuery)
        }
    }

    @Test func aTextBeyondTheTextsIsNamed() {
        let offsets: [UInt32] = [0, 4, 2, 5, .max]
        offsets.withUnsafeBytes { offsets in
            Array("abcdefgh".utf8).withUnsafeBytes { text in
                let texts = RankQuery.Candidates.texts(offsets: offsets, text: text)
                #expect(refusal(of: NullRanker(hasTextIDs: true), texts, 0..<1) == nil)
                #expect(refusal(of: NullRanker(hasTextIDs: true), texts, 0..<2)?.position == 1)
            }
        }
    }
}
