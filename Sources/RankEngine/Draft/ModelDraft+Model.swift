extension ModelDraft {
    /// Copies a loaded model into plain arrays, to alter it and write it as another model.
    ///
    /// Copies every weight. A draft written unaltered makes a file of the same tensors, without the scores of a source
    /// that proved the model: they prove nothing about an altered one.
    package init(_ model: RankModel) {
        let weights = model.weights
        let shape = model.shape
        var metadata = model.metadata
        metadata.proof = metadata.proof.derived
        self.init(
            users: Table(
                embedding: Self.array(weights.userEmbedding),
                dimensions: shape.userDimensions,
                ids: IDs(model.users),
                bias: weights.userBias.map(Self.array)
            ),
            candidates: Table(
                embedding: Self.array(weights.candidateEmbedding),
                dimensions: shape.candidateDimensions,
                ids: IDs(model.candidates),
                bias: weights.candidateBias.map(Self.array)
            ),
            layers: weights.layers.map { Dense(kernel: Self.array($0.kernel), bias: Self.array($0.bias)) },
            dotProduct: shape.dotProduct,
            mean: weights.mean.flatMap { Self.array($0).first },
            metadata: metadata
        )
        activations = shape.isReLUThroughout ? nil : shape.activations
        output = shape.output
        outputScale = weights.outputScale.map(Self.array)
    }

    private static func array(_ floats: SharedFloats) -> [Float] {
        unsafe Array(floats.buffer)
    }
}

extension ModelDraft.IDs {
    /// The ids of a loaded vocabulary's rows.
    init(_ vocabulary: Vocabulary) {
        switch vocabulary.ids {
        case .identity:
            self = .identity
        case .numbers(let numbers):
            self = .numbers((0..<vocabulary.rowCount).map { numbers[$0] })
        case .texts(let texts):
            self = .texts((0..<vocabulary.rowCount).map { unsafe String(decoding: texts[$0], as: UTF8.self) })
        }
    }
}
