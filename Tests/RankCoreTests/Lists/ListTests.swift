import RankCore
import Testing

@Suite struct ListTests {
    @Test func aRankedListIsACollectionOfItsEntries() {
        let entries = [RankedEntry(id: "a", position: 1, score: 2), RankedEntry(id: "b", position: 0, score: 1)]
        let list = RankedList(entries: entries, model: .unspecified, profile: .fp32FMA)
        #expect(list.count == 2 && list[0].id == "a" && list.last?.id == "b")
        #expect(Array(list) == entries && list.map(\.score) == [2, 1])
        #expect(list.coverage == 1 && list.parts.isEmpty && !list.isPartial && !list.isUserUnknown)
    }

    @Test func aScoreListIsACollectionOfFloats() {
        let list = ScoreList(scores: [0.5, .nan, 2], omittedPositions: [1], model: .unspecified, profile: .fp32FMA)
        #expect(list.count == 3 && list[2] == 2 && list[1].isNaN && list.max() == 2)
    }

    @Test func bothKindsOfIDsMakeAQuery() {
        #expect(QueryIDs(user: 1, candidates: [2, 3] as [UInt64]) == .numbers(user: 1, candidates: [2, 3]))
        #expect(QueryIDs(user: "u", candidates: ["a"]) == .text(user: "u", candidates: ["a"]))
        #expect(String.candidateIDKind.ids(.texts(["a"])) == ["a"] && String.candidateIDKind.ids(.numbers([1])) == nil)
        #expect(UInt64.candidateIDKind.ids(.numbers([1])) == [1] && UInt64.candidateIDKind.ids(.texts([])) == nil)
    }
}
