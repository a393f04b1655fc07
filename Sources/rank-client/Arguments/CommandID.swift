import CommandSupport
import RankCore
import RankData
import RankPool

/// An id as the model of the workers has it: a number or a text.
protocol CommandID: Hashable, Sendable {
    /// Reads an id of the command line.
    ///
    /// - Parameters:
    ///   - text: What was given.
    ///   - option: Where, for messages.
    /// - Throws: What is expected instead.
    init(argument text: String, of option: String) throws(CommandFailure)

    /// The ids of a list.
    static func ids(of list: IDList) throws(DataError) -> [Self]

    /// The pairs of a file.
    static var pairKind: PairList.Kind { get }

    /// The user and the item of a pair.
    static func pair(_ index: Int, of pairs: PairList) -> (user: Self, item: Self)

    /// The ids that a worker listed; nil where they are of the other kind.
    static func ids(of catalog: CandidateCatalog) -> [Self]?

    /// The id in JSON.
    var json: JSONValue { get }

    /// Whether an entry stands before another one in a ranked list.
    static func precedes(_ first: RankKey<Self>, _ second: RankKey<Self>) -> Bool

    static func rank(
        _ pool: RankPool,
        user: Self,
        candidates: [Self],
        features: [Float],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<Self>

    static func score(
        _ pool: RankPool,
        _ queries: [BatchQuery<Self>],
        options: CallOptions
    ) async throws(PoolError) -> [RankedList<Self>]
}

extension UInt64: CommandID {
    init(argument text: String, of option: String) throws(CommandFailure) {
        let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDecimal, let number = UInt64(text) else {
            throw CommandFailure(
                .usage,
                "\(option) is \"\(oneLine(text))\"; the ids of this model are numbers, expected one from 0 to \(UInt64.max)"
            )
        }
        self = number
    }

    static func ids(of list: IDList) throws(DataError) -> [UInt64] { try list.numbers() }

    static var pairKind: PairList.Kind { .numbers }

    static func pair(_ index: Int, of pairs: PairList) -> (user: UInt64, item: UInt64) {
        (pairs.userIDs[index], pairs.itemIDs[index])
    }

    static func ids(of catalog: CandidateCatalog) -> [UInt64]? {
        if case .numbers(let ids) = catalog.ids { ids } else { nil }
    }

    var json: JSONValue { .unsigned(self) }

    static func precedes(_ first: RankKey<UInt64>, _ second: RankKey<UInt64>) -> Bool {
        RankOrder.precedes(first, second)
    }

    static func rank(
        _ pool: RankPool,
        user: UInt64,
        candidates: [UInt64],
        features: [Float],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<UInt64> {
        try await pool.rank(user: user, candidates: candidates, features: features, topK: topK, options: options)
    }

    static func score(
        _ pool: RankPool,
        _ queries: [BatchQuery<UInt64>],
        options: CallOptions
    ) async throws(PoolError) -> [RankedList<UInt64>] {
        try await pool.score(queries, options: options)
    }
}

extension String: CommandID {
    init(argument text: String, of option: String) throws(CommandFailure) {
        guard (1...65_535).contains(text.utf8.count) else {
            throw CommandFailure(.usage, "\(option) has \(text.utf8.count) bytes; expected an id of 1 to 65535")
        }
        self = text
    }

    static func ids(of list: IDList) throws(DataError) -> [String] { try list.texts() }

    static var pairKind: PairList.Kind { .texts }

    static func pair(_ index: Int, of pairs: PairList) -> (user: String, item: String) {
        (pairs.userText(index), pairs.itemText(index))
    }

    static func ids(of catalog: CandidateCatalog) -> [String]? {
        if case .texts(let ids) = catalog.ids { ids } else { nil }
    }

    var json: JSONValue { .string(self) }

    static func precedes(_ first: RankKey<String>, _ second: RankKey<String>) -> Bool {
        RankOrder.precedes(first, second)
    }

    static func rank(
        _ pool: RankPool,
        user: String,
        candidates: [String],
        features: [Float],
        topK: Int,
        options: CallOptions
    ) async throws(PoolError) -> RankedList<String> {
        try await pool.rank(user: user, candidates: candidates, features: features, topK: topK, options: options)
    }

    static func score(
        _ pool: RankPool,
        _ queries: [BatchQuery<String>],
        options: CallOptions
    ) async throws(PoolError) -> [RankedList<String>] {
        try await pool.score(queries, options: options)
    }
}

extension [WorkerInfo] {
    /// Whether the ids of the workers' model are texts.
    ///
    /// - Throws: where some workers' are and others' are not, since no list goes to both.
    func haveTextIDs() throws(CommandFailure) -> Bool {
        let kinds = Set(map { $0["id_kind"] ?? "u64" })
        guard kinds.count <= 1 else {
            throw CommandFailure(
                .refused,
                "some workers hold a model whose ids are texts, others one whose ids are numbers; give --workers those of "
                    + "one model (rank-client info shows id_kind)"
            )
        }
        return kinds.first == "utf8"
    }
}
