import RankEngine
import RankSystem

extension PluginCheck {
    /// The longest duration of each of the two measurements.
    private static let patience = Duration.seconds(2)
    /// Windows in each of which growth is measured.
    private static let windows = 9
    /// Growth that is tolerated, since allocators keep some memory, in bytes.
    private static let tolerated = 16.0
    /// A hint is where the host's estimate begins; a tenth of the truth lets it take far too much work at first.
    private static let underestimation = 10.0

    /// Memory and descriptors over many instances and many calls.
    func leaks(_ trials: TrialLists) throws(EngineError) -> String {
        let list = trials.mixed.picking(Array(0..<32))
        func live() throws(EngineError) {
            let ranker = try PluginRanker.load(reference)
            _ = try list.score(by: ranker)
        }
        let ranker = try PluginRanker.load(reference)
        let perCall = try growth(warmUp: 500, atMost: 20_000) { () throws(EngineError) in
            _ = try list.score(by: ranker)
        }
        let perInstance = try growth(warmUp: 20, atMost: 400, live)
        for (what, growth) in [("call of score", perCall), ("instance", perInstance)] {
            guard growth.descriptors <= 0 else {
                throw wrong("\(growth.rounds) times one \(what) left \(growth.descriptors) descriptors open")
            }
            guard growth.bytes <= Self.tolerated else {
                throw wrong("each \(what) leaves \(Self.rounded(growth.bytes)) bytes behind (of \(growth.rounds))")
            }
        }
        return "\(Self.rounded(perInstance.bytes)) bytes for each of \(perInstance.rounds) instances, "
            + "\(Self.rounded(perCall.bytes)) for each of \(perCall.rounds) calls; no descriptors"
    }

    /// The growth for each call of a body: the median over several windows, since the memory that an allocator keeps
    /// varies.
    private func growth(
        warmUp: Int,
        atMost rounds: Int,
        _ body: () throws(EngineError) -> Void
    ) throws(EngineError) -> (rounds: Int, bytes: Double, descriptors: Int) {
        for _ in 0..<warmUp { try body() }
        let descriptors = Self.descriptorCount
        let start = ContinuousClock.now
        var done = 0
        var growths: [Double] = []
        for window in 1...Self.windows {
            let memory = Int64(allocatedMemory())
            let end = Self.patience / Self.windows * window
            var inWindow = 0
            while inWindow < rounds / Self.windows, inWindow < 4 || ContinuousClock.now - start < end {
                try body()
                inWindow += 1
            }
            growths.append(Double(Int64(allocatedMemory()) - memory) / Double(inWindow))
            done += inWindow
        }
        return (done, growths.sorted()[Self.windows / 2], Self.descriptorCount - descriptors)
    }

    /// The time of a candidate and of a call, beside the plugin's hints.
    func speed(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        let alone = try fastest(ranker, trials.mixed.picking([0]))
        let many = try fastest(ranker, trials.mixed)
        let perCandidate = max(many - alone, 0) / Double(Self.listLength - 1)
        let hint = ranker.info.costHint
        let figure =
            "\(Self.rounded(perCandidate)) ns a candidate (hint: \(Self.hint(hint.perCandidate))), "
            + "\(Self.rounded(alone)) ns a call for one (hint: \(Self.hint(hint.perRequest)))"
        guard hint.perCandidate == 0 || perCandidate <= Self.underestimation * hint.perCandidate else {
            throw wrong("\(figure): over \(Self.rounded(Self.underestimation)) times what the hint says")
        }
        return figure
    }

    /// The time of one call in the best of many turns, since other programs only ever make it longer, in nanoseconds.
    private func fastest(_ ranker: PluginRanker, _ list: TrialList) throws(EngineError) -> Double {
        let memory = QueryMemory(list, featureCount: ranker.info.featureCount)
        let scores = UnsafeMutableBufferPointer<Float>.allocate(capacity: list.count)
        let unknown = UnsafeMutableBufferPointer<Bool>.allocate(capacity: list.count)
        defer {
            unsafe scores.deallocate()
            unsafe unknown.deallocate()
        }
        var best = Double.infinity
        let start = ContinuousClock.now
        var turn = 0
        while turn < 200, turn < 5 || ContinuousClock.now - start < Self.patience / 4 {
            let begin = ContinuousClock.now
            for _ in 0..<20 {
                _ = try unsafe ranker.score(
                    memory.query,
                    candidates: 0..<list.count,
                    scores: scores,
                    unknown: unknown
                )
            }
            best = min(best, (ContinuousClock.now - begin) / .nanoseconds(20))
            turn += 1
        }
        return best
    }

    private static func hint(_ nanoseconds: Double) -> String { nanoseconds == 0 ? "none" : rounded(nanoseconds) }

    /// A number with one decimal.
    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// The number of open descriptors among the first 1,024.
    private static var descriptorCount: Int { (0..<1_024).count { OpenFiles.isOpen($0) } }
}
