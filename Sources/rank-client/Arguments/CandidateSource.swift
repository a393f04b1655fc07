import CommandSupport
import RankCore
import RankData
import RankPool

/// The source of the candidates of `rank`.
enum CandidateSource: Sendable {
    case all
    case listed(IDList)

    /// The most ids of a listed catalogue, which is held in memory.
    private static let maximumCount = 50_000_000

    /// Reads `all`, or a list as ``RankData/IDList/init(argument:option:of:)`` does.
    init(_ text: String) throws(DataError) {
        self = text == "all" ? .all : .listed(try IDList(argument: text, option: "--items", of: .items))
    }

    /// Whether the candidates are all that the model knows.
    var isCatalogue: Bool { if case .all = self { true } else { false } }

    /// The candidates, in order.
    ///
    /// - Parameters:
    ///   - pool: The workers, which are asked where all candidates are wanted.
    ///   - infos: The workers' answers to INFO.
    ///   - titles: The catalogue of titles, which stands in where the workers list nothing.
    ///   - deadline: When each request must be answered.
    ///   - type: The kind of the model's ids.
    /// - Returns: The ids, repetitions included, and their model; `unspecified` where any may score them.
    /// - Throws: The fault of the list, or the reason why the workers list no candidates, with the remedy.
    func candidates<ID: CommandID>(
        _ pool: RankPool,
        _ infos: [WorkerInfo],
        titles: Titles?,
        deadline: Duration,
        as type: ID.Type
    ) async throws -> (ids: [ID], model: ModelID) {
        switch self {
        case .listed(let list): return (try ID.ids(of: list), .unspecified)
        case .all:
            let count = infos.lazy.compactMap(\.candidateCount).max() ?? 0
            guard count <= Self.maximumCount else {
                throw CommandFailure(
                    .usage,
                    "the model has \(grouped(count)) items, --items all takes \(grouped(Self.maximumCount)) at most; "
                        + "list the candidates in a file"
                )
            }
            guard infos.contains(where: { $0["catalog"] == "listed" }) else {
                return (try Self.unlisted(infos, titles), .unspecified)
            }
            let catalog = try await pool.catalog(deadline: deadline * (1 + count / 4_096))
            guard let ids = catalog.ids(as: ID.self) else {
                throw PoolError(.aborted, "the workers have taken over a model with ids of another kind; try again")
            }
            return (ids, catalog.model)
        }
    }

    /// Notes for the reader on how the list was understood.
    func notes(_ argument: String, areTexts: Bool) -> [String] {
        guard areTexts, case .listed(let list) = self, list.source == argument,
            !argument.contains("/"), !argument.contains(".")
        else { return [] }
        return ["--items \(argument) was read as the file of that name; the item itself is --items '\"\(argument)\"'"]
    }

    /// The candidates of workers that list none: a range that INFO names, or those that have titles.
    private static func unlisted<ID: CommandID>(
        _ infos: [WorkerInfo],
        _ titles: Titles?
    ) throws(CommandFailure) -> [ID] {
        if let range = infos.lazy.compactMap(\.candidateIDs).first, ID.self == UInt64.self {
            return Array(range) as? [ID] ?? []
        }
        guard let ids = titles?.ids(as: ID.self), !ids.isEmpty else {
            throw CommandFailure(
                .usage,
                "the workers do not list the items of their model (INFO: catalog), so --items all needs --catalog "
                    + "FILE, which has them; or name the items"
            )
        }
        return ids
    }
}

extension IDList {
    /// A list by an argument: `-` for standard input, the path of a file, or ids separated by commas.
    ///
    /// An argument that begins with a quote, or that is numbers, is ids even where a file has that name.
    init(argument text: String, option: String, of subject: Subject) throws(DataError) {
        let isNumbers = !text.isEmpty && text.utf8.allSatisfy { $0 == 0x2C || $0 == 0x20 || (0x30...0x39).contains($0) }
        if isNumbers || text.hasPrefix("\"") {
            self.init(text, source: option, of: subject)
            return
        }
        guard !text.isEmpty else {
            throw DataError(
                .invalidArgument,
                "\(option) is empty; expected ids separated by commas, a file of ids, or - for standard input"
            )
        }
        do throws(DataError) {
            try self.init(path: text, of: subject)
        } catch {
            guard error.code == .unreadable, text != "-", !text.contains("/") else { throw error }
            // Said where it turns out that these are no ids.
            self.init(text, source: "\(option) (which names no file that can be read)", of: subject)
        }
    }
}

extension WorkerInfo {
    /// The number of candidates of the model; nil where the worker does not tell.
    fileprivate var candidateCount: Int? {
        if let range = candidateIDs {
            return Int(clamping: range.upperBound - range.lowerBound)
        }
        guard let text = self["candidate_ids"], text.hasPrefix("count ") else { return nil }
        return Int(text.dropFirst("count ".count))
    }
}
