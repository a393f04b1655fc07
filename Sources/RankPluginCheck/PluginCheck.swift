import RankCore
package import RankEngine

/// Tries a plugin before it serves: the checks of each load, and others that take longer.
///
/// docs/guide/plugins.md lists the checks. Belongs to one thread; the plugin is also used on others, one at a time or
/// as several instances.
package struct PluginCheck {
    /// The result of a check.
    package struct Finding: Sendable {
        /// The check's name.
        package let name: String
        /// Whether the plugin does what it must.
        package let isGood: Bool
        /// The trial, the measurement, or the fault, in words.
        package let figure: String
    }

    /// The plugin.
    let reference: PluginReference
    /// Random numbers, the same in each run.
    var random = SplitMix64(seed: 42)

    /// Candidates of the list that is split and permuted.
    static let listLength = 500

    /// A check of a plugin.
    package init(_ reference: PluginReference) {
        self.reference = reference
    }

    /// Runs every check in turn.
    ///
    /// - Parameters:
    ///   - begin: Takes a check's name before it runs, so that a plugin that takes the process down leaves a trace.
    ///   - end: Takes the check's finding.
    /// - Returns: Whether all checks are good. Without a ranker the first check is the only one.
    package mutating func run(begin: (String) -> Void, end: (Finding) -> Void) -> Bool {
        var isGood = true
        func check(_ name: String, _ body: () throws(EngineError) -> String) {
            begin(name)
            let finding: Finding
            do throws(EngineError) {
                finding = Finding(name: name, isGood: true, figure: try body())
            } catch {
                finding = Finding(name: name, isGood: false, figure: error.message)
            }
            isGood = isGood && finding.isGood
            end(finding)
        }
        var loaded: PluginRanker?
        check("load") { () throws(EngineError) in
            let ranker = try PluginRanker.load(reference)
            loaded = ranker
            return ranker.summary
        }
        guard let ranker = loaded else { return false }
        let trials = TrialLists(of: ranker, &random)
        check("goldens") { () throws(EngineError) in try goldens(of: ranker) }
        check("sizes") { () throws(EngineError) in try sizes(ranker, trials) }
        check("repeats") { () throws(EngineError) in try repeats(ranker, trials) }
        var cutting = random
        check("splits") { () throws(EngineError) in try splits(ranker, trials, &cutting) }
        check("places") { () throws(EngineError) in try places(ranker, trials, &cutting) }
        check("unknown") { () throws(EngineError) in try extremes(ranker, trials) }
        check("missing") { () throws(EngineError) in try missing(ranker, trials, &cutting) }
        check("shapes") { () throws(EngineError) in try shapes(ranker, trials) }
        check("instances") { () throws(EngineError) in try instances(ranker, trials) }
        check("threads") { () throws(EngineError) in try threads(trials) }
        check("options") { () throws(EngineError) in try options() }
        check("model") { () throws(EngineError) in try missingModel() }
        check("leaks") { () throws(EngineError) in try leaks(trials) }
        check("speed") { () throws(EngineError) in try speed(ranker, trials) }
        return isGood
    }

    /// The error of a check that a plugin fails.
    func wrong(_ message: String) -> EngineError { EngineError(.pluginRefused, message) }
}

extension PluginRanker {
    /// The ranker's description, in one line.
    fileprivate var summary: String {
        let names = featureNames.isEmpty ? "" : " (\(featureNames.joined(separator: ",")))"
        return "\(subject): model \(info.modelID), profile \(info.profileName), "
            + "\(info.hasTextIDs ? "utf8" : "u64") ids, \(counted(info.featureCount, "feature"))\(names)"
            + (info.takesMissingFeatures ? ", \(missingFeatures.count { $0 }) of which may be missing" : "")
    }
}

/// The lists that a plugin is tried with.
struct TrialLists {
    /// Candidates that the plugin may know, and others, each about half; with those of its goldens.
    let mixed: TrialList
    /// The same candidates for another user.
    let other: TrialList
    /// Ids at the ends of their range, with features at the ends of the usual range.
    let extreme: TrialList
    /// The number of floats for each candidate.
    let width: Int
    private let hasTextIDs: Bool

    init(of ranker: PluginRanker, _ random: inout SplitMix64) {
        width = ranker.info.featureCount
        hasTextIDs = ranker.info.hasTextIDs
        var numbers: [UInt64] = []
        var texts: [String] = []
        for query in ranker.goldenQueries.prefix(PluginCheck.listLength / 4) {
            switch query.ids {
            case .numbers(_, let candidates): numbers += candidates
            case .texts(_, let candidates): texts += candidates
            }
        }
        while max(numbers.count, texts.count) < PluginCheck.listLength {
            let id = Bool.random(using: &random) ? UInt64.random(in: 0...2_000, using: &random) : random.next()
            if hasTextIDs { texts.append("\(id)") } else { numbers.append(id) }
        }
        let features = (0..<(PluginCheck.listLength * width)).map { _ in Float.random(in: -4...4, using: &random) }
        func list(_ user: UInt64) -> TrialList {
            let ids: GoldenQuery.IDs =
                ranker.info.hasTextIDs
                ? .texts(user: "\(user)", candidates: texts) : .numbers(user: user, candidates: numbers)
            return TrialList(ids: ids, features: features)
        }
        mixed = list(1)
        other = list(.max)
        extreme = Self.extreme(hasTextIDs, width)
    }

    private static func extreme(_ hasTextIDs: Bool, _ width: Int) -> TrialList {
        let ids: GoldenQuery.IDs
        if hasTextIDs {
            let candidates = [
                "0", " ", "\u{0}", "\u{10FFFF}", "é", "e\u{301}", "-1", "1e3", String(repeating: "x", count: 65_535),
            ]
            ids = .texts(user: String(repeating: "u", count: 65_535), candidates: candidates)
        } else {
            let candidates = (0..<64).map { UInt64(1) << $0 } + (0..<64).map { UInt64.max >> $0 } + [0]
            ids = .numbers(user: .max, candidates: candidates)
        }
        let values: [Float] = [0, -0.0, 1, -1, 1e6, -1e6, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-20]
        let count = TrialList(ids: ids, features: []).count
        return TrialList(ids: ids, features: (0..<(count * width)).map { values[($0 * 7 + $0 / width) % values.count] })
    }

    /// A list of any length, made of the mixed one over and over.
    func list(of count: Int) -> TrialList { mixed.picking((0..<count).map { $0 % PluginCheck.listLength }) }
}
