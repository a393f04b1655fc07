import CommandSupport
import RankCore
import RankData
import RankEngine

/// The best items of the whole catalogue for many users, written as lines user,item,score.
struct CataloguePrediction {
    private let model: RankModel
    private let scorer: BatchScorer
    /// Users whose lists are in memory at a time.
    private static let wave = 1_024

    init(_ model: RankModel, kernel: Kernel?, precision: Precision, threads: Int?) throws(EngineError) {
        self.model = model
        scorer = try BatchScorer(model, kernel: kernel, precision: precision, threads: threads)
    }

    /// Scores and writes, and reports the time on stderr.
    ///
    /// - Parameters:
    ///   - topK: The number of items for each user.
    ///   - users: A file, `-` for standard input, or `all`.
    ///   - plan: The way to the best items.
    ///   - failsForUnknown: Whether an unknown user is an error; otherwise it is scored by the row for unknown ids.
    ///   - rated: The items that are left out of each user's list; nil for none.
    /// - Throws: `CommandFailure` for an unknown user, and what the engine, the list of users or standard output throw.
    func write(
        _ topK: Int,
        users: String,
        by plan: TopKPlan,
        failsForUnknown: Bool,
        excluding rated: RatedItems? = nil
    ) throws {
        let (names, rows) = try self.users(users, failsForUnknown)
        let clock = ContinuousClock()
        let start = clock.now
        let scorer = try scorer.choosing(plan, top: topK, users: rows.count)
        let choice = scorer.topKChoice
        let made = choice.plan == .certified ? ", made in \(fixed((clock.now - start) / .seconds(1), 3)) s" : ""
        var output = BufferedOutput()
        var (seconds, scored) = (0.0, 0)
        var (excluded, without): (Int, [String]) = (0, [])
        for start in stride(from: 0, to: rows.count, by: Self.wave) {
            let part = start..<min(start + Self.wave, rows.count)
            let hidden = rated.map { rated in part.map { rated.rows(of: names($0)) } } ?? []
            let begin = clock.now
            let lists = try scorer.best(topK, userRows: Array(rows[part]), excluding: hidden, scored: &scored)
            seconds += (clock.now - begin) / .seconds(1)
            excluded += hidden.reduce(0) { $0 + $1.count }
            for (user, list) in zip(part, lists) {
                if list.isEmpty { without.append(names(user)) }
                for entry in list {
                    let item = model.candidates.id(ofRow: Int(entry.row)) ?? ""
                    try output.write("\(csvField(names(user))),\(csvField(item)),\(entry.score)\n")
                }
            }
        }
        try output.flush()
        if let rated {
            try StandardStream.error.writeLine("left out \(grouped(excluded)) rated items, by \(rated.text)")
        }
        if !without.isEmpty {
            try StandardStream.error.writeLine(
                "\(without.count == 1 ? "1 user has" : "\(grouped(without.count)) users have") an empty list, for "
                    + "every item is left out: "
                    + "\(without.prefix(5).map(oneLine).joined(separator: ", "))\(without.count > 5 ? ", …" : "")"
            )
        }
        try StandardStream.error.writeLine("top-k plan \(choice)\(made); \(grouped(scored)) items scored")
        let items = model.candidates.rowCount - 1
        func rate(_ count: Int) -> Double { min(Double(count) / max(seconds, 1e-9), 1e15) }
        let userRate = rate(rows.count)
        let users = userRate < 100 ? fixed(userRate, 2) : grouped(Int(userRate))
        try StandardStream.error.writeLine(
            "\(counted(rows.count, "user")), \(counted(items, "item")) each, in \(fixed(seconds, 3)) s with "
                + "\(counted(scorer.threads, "thread")) of \(scorer.kernel): \(users) users/s, "
                + "\(fixed(rate(scored) / 1e6, 2)) million items scored/s"
        )
    }

    /// The users' names by position, and their rows.
    private func users(_ source: String, _ failsForUnknown: Bool) throws -> ((Int) -> String, [UInt32]) {
        if source == "all" {
            let rows = (0..<UInt32(model.users.rowCount)).dropFirst().map { $0 }
            return ({ [model] position in model.users.id(ofRow: position + 1) ?? "" }, rows)
        }
        let ids =
            model.users.kind.isText
            ? try UserList.loadTexts(path: source) : try UserList.load(path: source).map { "\($0)" }
        var rows: [UInt32] = []
        for id in ids {
            let row = model.users.row(ofText: id)
            guard row != nil || !failsForUnknown else {
                throw CommandFailure(
                    .refused,
                    "\(source == "-" ? "standard input" : source): the model does not know user \(id); correct the "
                        + "list, or give --unknown fallback to rank for it all the same"
                )
            }
            rows.append(UInt32(row ?? 0))
        }
        return ({ ids[$0] }, rows)
    }
}

/// A text as a field of CSV (RFC 4180).
func csvField(_ text: String) -> String {
    guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

/// A buffer of text for standard output.
struct BufferedOutput {
    private var text = ""

    mutating func write(_ line: String) throws {
        text += line
        if text.utf8.count >= 1 << 16 { try flush() }
    }

    mutating func flush() throws {
        try StandardStream.output.write(text)
        text = ""
    }
}
