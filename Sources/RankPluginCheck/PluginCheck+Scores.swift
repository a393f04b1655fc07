import RankCore
import RankEngine

extension PluginCheck {
    private static let splitCount = 300
    private static let repeatCount = 2_000

    /// The scores that the plugin must give.
    func goldens(of ranker: PluginRanker) throws(EngineError) -> String {
        let count = try ranker.reproduceGoldens()
        return count > 0 ? "\(count) golden scores, every bit" : "none described"
    }

    /// Lists of many lengths, with guards behind the buffers and around the query.
    func sizes(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        // Wide features are to fit the memory.
        let longest = min(100_000, 4_000_000 / max(trials.width, 1))
        let sizes = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, Self.listLength, longest]
        var before: [UInt32] = []
        for size in sizes {
            let answer = try trials.list(of: size).score(by: ranker)
            let shared = min(size, before.count)
            guard answer.scores[..<shared] == before[..<shared] else {
                throw wrong("the first \(shared) candidates score otherwise in a list of \(size)")
            }
            before = answer.scores
        }
        return
            "\(sizes.count) lists of 0 to \(longest) candidates; nothing written beyond the buffers or into the query"
    }

    /// The same list again and again, with other users between.
    func repeats(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        let list = trials.mixed.picking(Array(0..<16))
        let expected = try list.score(by: ranker)
        for round in 0..<Self.repeatCount {
            if round % 3 == 0 { _ = try trials.other.picking([round % Self.listLength]).score(by: ranker) }
            guard try list.score(by: ranker) == expected else {
                throw wrong("a list scores otherwise when it is asked for again, after \(round + 1) times")
            }
        }
        return "one list \(Self.repeatCount) times, with another user's between: the same bits"
    }

    /// One list, cut at random places.
    func splits(
        _ ranker: PluginRanker,
        _ trials: TrialLists,
        _ random: inout SplitMix64
    ) throws(EngineError) -> String {
        let expected = try trials.mixed.score(by: ranker)
        for split in 0..<Self.splitCount {
            let count = 1 << (split % 6)
            let cuts = (0..<count).map { _ in Int.random(in: 0...Self.listLength, using: &random) }.sorted()
            let found = try trials.mixed.score(by: ranker, cuts: cuts)
            guard found == expected else {
                let place = found.scores.indices.first { found.scores[$0] != expected.scores[$0] }
                throw wrong(
                    "cut at \(cuts.prefix(8)), "
                        + (place.map { "candidate \($0) scores otherwise than in the whole list" }
                            ?? "a flag differs from the whole list's")
                )
            }
        }
        return "\(Self.splitCount) random splits of \(Self.listLength) candidates: the same bits and flags"
    }

    /// One list in other orders, and with candidates twice.
    func places(
        _ ranker: PluginRanker,
        _ trials: TrialLists,
        _ random: inout SplitMix64
    ) throws(EngineError) -> String {
        let expected = try trials.mixed.score(by: ranker)
        for _ in 0..<20 {
            var order =
                Array(0..<Self.listLength) + (0..<50).map { _ in Int.random(in: 0..<Self.listLength, using: &random) }
            order.shuffle(using: &random)
            let found = try trials.mixed.picking(order).score(by: ranker)
            for (place, position) in order.enumerated() where found.scores[place] != expected.scores[position] {
                throw wrong("candidate \(position) scores otherwise at place \(place) of another order")
            }
        }
        return "20 other orders of \(Self.listLength) candidates, some twice: the same bits"
    }

    /// Ids and features at the ends of their ranges: finite scores, and how many ids are unknown.
    func extremes(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        let answer = try trials.extreme.score(by: ranker)
        for position in 0..<trials.extreme.count {
            guard try trials.extreme.picking([position]).score(by: ranker).scores == [answer.scores[position]] else {
                throw wrong("the extreme id at place \(position) scores otherwise alone")
            }
        }
        let unknown = answer.unknown.filter { $0 }.count
        return "\(answer.scores.count) extreme ids, \(unknown) of them unknown: finite scores"
    }

    /// Queries that do not fit: refused by the host before the plugin sees them.
    func shapes(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        let ids = trials.mixed.picking([0, 1, 2]).ids
        let others: [TrialList] = [
            // Another kind of ids, one feature too many, and one too few.
            TrialList(
                ids: ranker.info.hasTextIDs
                    ? .numbers(user: 1, candidates: [1]) : .texts(user: "a", candidates: ["a"]),
                features: [Float](repeating: 0, count: trials.width)
            ),
            TrialList(ids: ids, features: [Float](repeating: 0, count: 3 * (trials.width + 1))),
            TrialList(ids: ids, features: [Float](repeating: 0, count: 3 * max(trials.width - 1, 0) + 1)),
        ]
        for (index, list) in others.enumerated() {
            do throws(EngineError) {
                _ = try list.score(by: ranker)
            } catch {
                guard error.code == .invalidQuery else { throw error }
                continue
            }
            throw wrong("a query of the wrong shape was scored (number \(index))")
        }
        _ = try trials.mixed.score(by: ranker)
        return "another kind of ids and wrong counts of features are refused, and it scores on"
    }
}
