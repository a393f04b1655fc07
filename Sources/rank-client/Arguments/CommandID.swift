import CommandSupport
import RankCore
import RankData
import RankPool

/// An id of the command line and of files: a number or a text, as the ids of the workers' model are.
protocol CommandID: CandidateID {
    /// Reads an id of the command line.
    ///
    /// - Parameters:
    ///   - text: The argument.
    ///   - option: The name of the option, for messages.
    /// - Throws: A refusal that names the expected form.
    init(argument text: String, of option: String) throws(CommandFailure)

    /// The ids of a list.
    static func ids(of list: IDList) throws(DataError) -> [Self]

    /// The pairs of a file.
    static var pairKind: PairList.Kind { get }

    /// The user and the item of a pair.
    static func pair(_ index: Int, of pairs: PairList) -> (user: Self, item: Self)

    /// The id in JSON.
    var json: JSONValue { get }
}

extension UInt64: CommandID {
    init(argument text: String, of option: String) throws(CommandFailure) {
        let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDecimal, let number = UInt64(text) else {
            throw CommandFailure(
                .usage,
                "\(option) is \"\(oneLine(text))\"; the ids of this model are numbers, expected one from 0 to "
                    + "\(UInt64.max)"
            )
        }
        self = number
    }

    static func ids(of list: IDList) throws(DataError) -> [UInt64] { try list.numbers() }

    static var pairKind: PairList.Kind { .numbers }

    static func pair(_ index: Int, of pairs: PairList) -> (user: UInt64, item: UInt64) {
        (pairs.userIDs[index], pairs.itemIDs[index])
    }

    var json: JSONValue { .unsigned(self) }
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

    var json: JSONValue { .string(self) }
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
                "some workers hold a model whose ids are texts, others one whose ids are numbers; give --workers "
                    + "those of one model (rank-client info shows id_kind)"
            )
        }
        return kinds.first == "utf8"
    }
}
