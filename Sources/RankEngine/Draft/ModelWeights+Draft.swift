internal import CRankKernels

extension ModelWeights {
    /// Copies a draft's numbers, with −0 and subnormals as +0; refuses a draft that is no model.
    init(_ draft: ModelDraft) throws(EngineError) {
        let (users, candidates) = (draft.users, draft.candidates)
        for (name, table) in [("users", users), ("candidates", candidates)] {
            guard (1...Self.maximumWidth).contains(table.dimensions), table.rowCount >= 1,
                table.rowCount < Self.rowLimit, table.rowCount * table.dimensions == table.embedding.count
            else {
                throw Self.invalid("the \(name)' table of \(table.embedding.count) floats is not rows of 1 to 65536")
            }
            guard table.bias.map({ $0.count == table.rowCount }) ?? true else {
                throw Self.invalid("the \(name) must have one bias for each row")
            }
        }
        guard !draft.dotProduct || users.dimensions == candidates.dimensions else {
            throw Self.invalid("the dot product needs embeddings of one width")
        }
        guard draft.dotProduct || !draft.layers.isEmpty else {
            throw Self.invalid("a model has dense layers, or the dot product, or both")
        }
        layers = []
        var inputs = users.dimensions + candidates.dimensions
        for (index, layer) in draft.layers.enumerated() {
            let outputs = layer.bias.count
            guard (1...Self.maximumWidth).contains(outputs), layer.kernel.count == inputs * outputs else {
                throw Self.invalid("the kernel of dense_\(index) does not take \(inputs) inputs to \(outputs) outputs")
            }
            layers.append(
                Dense(
                    inputs: inputs,
                    outputs: outputs,
                    kernel: try Self.copy(layer.kernel, "dense_\(index).kernel"),
                    bias: try Self.copy(layer.bias, "dense_\(index).bias")
                )
            )
            inputs = outputs
        }
        guard layers.isEmpty || inputs == 1 else { throw Self.invalid("the last dense layer must have one output") }
        let followed = max(layers.count - 1, 0)
        let activations = draft.activations ?? [Activation](repeating: .relu, count: followed)
        guard activations.count == followed else {
            throw Self.invalid("there are \(activations.count) activations for \(followed) layers but the last")
        }
        guard draft.outputScale.map({ $0.count == 2 }) ?? true else {
            throw Self.invalid("output_scale is a factor and an addend")
        }
        userEmbedding = try Self.copy(users.embedding, "user_embedding")
        candidateEmbedding = try Self.copy(candidates.embedding, "candidate_embedding")
        userBias = try Self.copyIfPresent(users.bias, "user_bias")
        candidateBias = try Self.copyIfPresent(candidates.bias, "candidate_bias")
        mean = try Self.copyIfPresent(draft.mean.map { [$0] }, "mean")
        outputScale = try Self.copyIfPresent(draft.outputScale, "output_scale")
        shape = ModelShape(
            userRows: users.rowCount,
            candidateRows: candidates.rowCount,
            userDimensions: users.dimensions,
            candidateDimensions: candidates.dimensions,
            layerWidths: layers.map(\.outputs),
            dotProduct: draft.dotProduct,
            userBias: userBias != nil,
            candidateBias: candidateBias != nil,
            mean: mean != nil,
            activations: activations,
            output: draft.output,
            outputScale: outputScale != nil
        )
    }

    private static func copyIfPresent(_ values: [Float]?, _ name: String) throws(EngineError) -> SharedFloats? {
        guard let values else { return nil }
        return try copy(values, name)
    }

    private static func copy(_ values: [Float], _ name: String) throws(EngineError) -> SharedFloats {
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw invalid("element \(index) of \(name) is \(values[index]); train with a smaller learning rate")
        }
        return unsafe SharedFloats(count: values.count) { copy in
            _ = unsafe copy.update(fromContentsOf: values)
            unsafe rank_normalize_weights(copy.baseAddress, copy.count, true)
        }
    }

    private static func invalid(_ message: String) -> EngineError {
        EngineError(.invalidModel, message)
    }
}
