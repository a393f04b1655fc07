/// A model as plain arrays, to be written as a model file.
package struct ModelDraft: Sendable {
    /// The ids of a table's rows.
    package enum IDs: Sendable {
        /// Row r belongs to the number r.
        case identity
        /// Row r's number, at index r. Index 0 is ignored.
        case numbers([UInt64])
        /// Row r's text, at index r. Index 0 is ignored.
        case texts([String])
    }

    /// An embedding table; row 0 is for ids that are unknown.
    package struct Table: Sendable {
        /// Row-major, `dimensions` floats a row.
        package var embedding: [Float]
        /// Floats of a row.
        package var dimensions: Int
        /// The rows' ids.
        package var ids: IDs
        /// One for each row, or nil.
        package var bias: [Float]?

        package init(embedding: [Float], dimensions: Int, ids: IDs = .identity, bias: [Float]? = nil) {
            self.embedding = embedding
            self.dimensions = dimensions
            self.ids = ids
            self.bias = bias
        }

        /// Rows of the table.
        package var rowCount: Int { dimensions > 0 ? embedding.count / dimensions : 0 }
    }

    /// A dense layer; every layer but the last is followed by its activation.
    package struct Dense: Sendable {
        /// [inputs][outputs], row-major; inputs are the outputs of the layer before.
        package var kernel: [Float]
        /// [outputs].
        package var bias: [Float]

        package init(kernel: [Float], bias: [Float]) {
            self.kernel = kernel
            self.bias = bias
        }
    }

    package var users: Table
    package var candidates: Table
    package var layers: [Dense]
    package var dotProduct: Bool
    package var mean: Float?
    /// The activation of each layer but the last; nil for relu throughout.
    package var activations: [Activation]?
    /// The activation of the sum of all terms.
    package var output = Activation.linear
    /// Factor and addend of the score, in this order, or nil.
    package var outputScale: [Float]?
    package var metadata: ModelMetadata

    package init(
        users: Table,
        candidates: Table,
        layers: [Dense],
        dotProduct: Bool = false,
        mean: Float? = nil,
        metadata: ModelMetadata
    ) {
        self.users = users
        self.candidates = candidates
        self.layers = layers
        self.dotProduct = dotProduct
        self.mean = mean
        self.metadata = metadata
    }
}
