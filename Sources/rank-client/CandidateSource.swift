import CommandSupport
import RankData
import RankPool

/// Where the candidates of `rank` come from.
enum CandidateSource: Sendable {
    case all
    case ids([UInt64])

    /// More ids than any catalogue of one pool; a range beyond it is no list anybody wants ranked.
    private static let maximumCount: UInt64 = 50_000_000

    /// Reads `all`, ids separated by commas, `-` for standard input, or the path of a file.
    init(_ text: String) throws(DataError) {
        if text == "all" {
            self = .all
        } else if !text.isEmpty, text.utf8.allSatisfy({ $0 == 0x2C || $0 == 0x20 || (0x30...0x39).contains($0) }) {
            self = .ids(try ItemList.parse(Array(text.utf8), source: "--items"))
        } else {
            do throws(DataError) {
                self = .ids(try ItemList.load(path: text))
            } catch {
                guard error.code == .unreadable, text != "-" else { throw error }
                throw DataError(
                    .unreadable,
                    "--items \"\(text)\" is neither ids separated by commas nor all nor -, and no file can be read there: "
                        + error.message,
                    cause: error
                )
            }
        }
    }

    /// The candidates, in order.
    ///
    /// - Parameters:
    ///   - infos: what the workers said.
    ///   - catalog: the catalogue, which stands in where the ids of the model are not contiguous.
    /// - Returns: the ids, repetitions included.
    /// - Throws: what to give instead of `all`.
    func candidates(_ infos: [WorkerInfo], catalog: Catalog?) throws(CommandFailure) -> [UInt64] {
        guard case .all = self else {
            guard case .ids(let ids) = self else { return [] }
            return ids
        }
        guard let range = infos.lazy.compactMap(\.candidateIDs).first else {
            guard let catalog, catalog.count > 0 else {
                throw CommandFailure(
                    .usage,
                    "the model's item ids are not contiguous, so --items all needs --catalog FILE to list them"
                )
            }
            return catalog.ids
        }
        guard range.upperBound - range.lowerBound < Self.maximumCount else {
            throw CommandFailure(.usage, "the model has over \(Self.maximumCount) items; list the candidates in a file")
        }
        return Array(range)
    }
}
