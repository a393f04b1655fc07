/// The dimensions of a two-tower rating network.
///
/// A user's and a candidate's embedding, concatenated, pass through dense relu layers and one output without relu.
public struct NetworkShape: Sendable, Hashable {
    /// Rows of the user table, row 0 being the one for unknown ids.
    public let userRows: Int
    /// Rows of the candidate table, row 0 being the one for unknown ids.
    public let candidateRows: Int
    /// Floats in a user's embedding.
    public let userDimensions: Int
    /// Floats in a candidate's embedding.
    public let candidateDimensions: Int
    /// Outputs of each dense relu layer, first layer first; may be empty.
    public let hidden: [Int]

    /// The largest width that a model file allows (docs/MODEL-FILE.md).
    static let widths = 1...65_536
    /// The numbers of rows that a model file allows.
    static let rows = 1...(1 << 32 - 1)

    /// A shape.
    ///
    /// - Throws: `TrainingError` with code `invalidOption` for a dimension that no model file can have.
    public init(
        userRows: Int,
        candidateRows: Int,
        userDimensions: Int,
        candidateDimensions: Int,
        hidden: [Int]
    ) throws(TrainingError) {
        for (count, name) in [(userRows, "users"), (candidateRows, "candidates")] where !Self.rows.contains(count) {
            throw TrainingError(
                .invalidOption,
                "\(count) rows of \(name); a table has from 1 to \(Self.rows.upperBound)"
            )
        }
        for width in [userDimensions, candidateDimensions] + hidden where !Self.widths.contains(width) {
            throw TrainingError(
                .invalidOption,
                "a width of \(width); embeddings and layers are from 1 to \(Self.widths.upperBound) wide"
            )
        }
        self.userRows = userRows
        self.candidateRows = candidateRows
        self.userDimensions = userDimensions
        self.candidateDimensions = candidateDimensions
        self.hidden = hidden
    }

    /// Inputs and outputs of each dense layer, the last with its one output included.
    public var layers: [(inputs: Int, outputs: Int)] {
        let widths = [userDimensions + candidateDimensions] + hidden + [1]
        return zip(widths, widths.dropFirst()).map { (inputs: $0, outputs: $1) }
    }

    /// The number of weights.
    public var parameterCount: Int {
        userRows * userDimensions + candidateRows * candidateDimensions
            + layers.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs }
    }
}
