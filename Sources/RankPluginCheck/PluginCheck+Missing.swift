import RankCore
import RankEngine

extension PluginCheck {
    /// Lists of which features are missing: each alone, all, and some at random.
    func missing(
        _ ranker: PluginRanker,
        _ trials: TrialLists,
        _ random: inout SplitMix64
    ) throws(EngineError) -> String {
        guard trials.width > 0 else { return "there are no features" }
        guard ranker.info.takesMissingFeatures else {
            do throws(EngineError) {
                _ = try trials.mixed.picking([0]).missing { _ in true }.score(by: ranker)
            } catch {
                guard error.code == .invalidQuery else { throw error }
                return "features may not be missing: refused before the plugin sees them"
            }
            throw wrong("a missing feature was scored, which the plugin does not take")
        }
        let width = trials.width
        let mayMiss = ranker.missingFeatures
        let chosen = (0..<(Self.listLength * width)).map { _ in Int.random(in: 0..<4, using: &random) == 0 }
        let lists = [
            trials.mixed.missing { mayMiss[$0 % width] && $0 % width == $0 / width % width },
            trials.mixed.missing { mayMiss[$0 % width] }, trials.mixed.missing { mayMiss[$0 % width] && chosen[$0] },
        ]
        for list in lists {
            let expected = try list.score(by: ranker)
            let cuts = (0..<8).map { _ in Int.random(in: 0...Self.listLength, using: &random) }.sorted()
            guard try list.score(by: ranker, cuts: cuts) == expected else {
                throw wrong("a list with missing features, cut at \(cuts), gets other bits or flags")
            }
            // The sign and the payload of NaN say nothing.
            guard try list.missing(as: Float(bitPattern: 0xFFC0_1234), where: \.isNaN).score(by: ranker) == expected
            else { throw wrong("a missing feature scores by the bits of its NaN") }
        }
        let count = mayMiss.count { $0 }
        return "\(count) of \(width) features missing one by one, together and at random: the same bits in any split"
    }
}

extension TrialList {
    /// The list without the features at some places.
    func missing(at isMissing: (Int) -> Bool) -> TrialList {
        TrialList(ids: ids, features: features.enumerated().map { isMissing($0.offset) ? .nan : $0.element })
    }

    /// The list with another number in the place of some features.
    func missing(as value: Float, where isChosen: (Float) -> Bool) -> TrialList {
        TrialList(ids: ids, features: features.map { isChosen($0) ? value : $0 })
    }
}
