/// The columns of a row of features that a request may give once for its query.
public enum QueryColumns: Sendable, Hashable, CustomStringConvertible {
    /// None: every candidate has all of its features.
    case none
    /// The first columns of a row, as many as the request gives.
    case first
    /// These columns, ascending, all of them or none.
    case columns([Int])

    /// The columns as INFO has them: `none`, `first`, or numbers from 0, separated by commas.
    public var description: String {
        switch self {
        case .none: "none"
        case .first: "first"
        case .columns(let columns): columns.map { "\($0)" }.joined(separator: ",")
        }
    }

    /// Why a request's features do not make up rows; nil where they do.
    ///
    /// - Parameters:
    ///   - query: The features given once, at least 1.
    ///   - candidate: The features given for each candidate.
    ///   - width: The features of a row.
    /// - Returns: What was given and what is wanted.
    package func refusal(query: Int, candidate: Int, width: Int) -> String? {
        let given = "\(query) features of the query and \(candidate) per candidate"
        switch self {
        case .none: return "\(given), and this model takes none once for a query"
        case .first: return query + candidate == width ? nil : "\(given), this model wants \(width) together"
        case .columns(let columns):
            guard query == columns.count, query + candidate == width else {
                return "\(given), this model wants \(columns.count) and \(width - columns.count), or \(width) per "
                    + "candidate"
            }
            return nil
        }
    }
}
