import RankEngine
import TestSupport
import Testing

/// Files that are well formed and too much: a load would take minutes, or a category's place would not fit its number.
@Suite("Ensembles of trees: limits", .timeLimit(.minutes(5)))
struct TreeLimitTests {
    // As many golden rows as a file may have, each led to the first leaf of a chain of so many decisions.
    private func chain(decisions: Int) throws -> RawModel {
        var raw = try RawModel(readFile(TreeFixture.all[2].path))
        let rows = 65_536
        func fill<Value: FixedWidthInteger>(_ name: String, _ count: Int, shape: [Int]? = nil, _ value: (Int) -> Value)
        {
            raw[name].shape = shape ?? [count]
            raw[name].bytes = (0..<count).flatMap { littleEndian(value($0)) }
        }
        fill("trees.nodes", 2) { UInt32($0 * decisions) }
        fill("trees.leaves", 2) { UInt32($0 * (decisions + 1)) }
        fill("nodes.feature", decisions) { _ in UInt32(0) }
        fill("nodes.threshold", decisions) { _ in Float(1).bitPattern }
        fill("nodes.flags", decisions) { _ in UInt8(0) }
        fill("nodes.left", decisions) { ~Int32($0) }
        fill("nodes.right", decisions) { $0 + 1 < decisions ? Int32($0 + 1) : ~Int32(decisions) }
        fill("leaves.value", decisions + 1) { _ in Float(0).bitPattern }
        fill("base", 1) { _ in Float(0).bitPattern }
        fill("golden.rows", 2 * rows, shape: [rows, 2]) { _ in Float(0).bitPattern }
        fill("golden.scores", rows) { _ in Float(0).bitPattern }
        raw.tensors.removeAll { $0.name == "golden.source_scores" }
        for key in raw.metadata.keys where key.hasPrefix("proof.") { raw.metadata[key] = nil }
        raw.metadata["proof"] = "unproved"
        raw.metadata["output"] = nil
        return raw
    }

    @Test func goldenRowsMayTakeASetNumberOfStepsAndNoneMore() throws {
        #expect(try refusal(of: chain(decisions: 65_536)) == nil)
        let error = try refusal(of: chain(decisions: 65_537))
        #expect(error?.code == .modelRefused)
        let message = "golden scores: 65536 of them, each of up to 65537 decisions, are more than 4294967296 steps"
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "accepted")")
    }

    @Test func aSetOfMoreWordsThanANodeCanAddressIsRefused() throws {
        var raw = try RawModel(readFile(TreeFixture.all[1].path))
        let offsets = raw["sets.offsets"]
        let last = offsets.shape[0] - 1
        let start = offsets.bytes[(4 * last - 4)..<(4 * last)].reversed().reduce(0) { $0 << 8 | Int($1) }
        // No category of the words that come on is listed: scores stay as they are.
        let end = start + (1 << 24) + 1
        raw["sets.words"].bytes += [UInt8](repeating: 0, count: 4 * end - raw["sets.words"].bytes.count)
        raw["sets.words"].shape = [end]
        raw.set("sets.offsets", last, to: UInt32(end))
        let error = try refusal(of: raw)
        #expect(error?.code == .modelRefused)
        let message = "trees: set \(last - 1) has more than 16777216 words of 32 categories"
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "accepted")")
    }

    private func refusal(of raw: RawModel) throws -> EngineError? {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), raw.sealed())
        return engineError { _ = try TreeModel.load(path: directory.file("model")) }
    }
}
