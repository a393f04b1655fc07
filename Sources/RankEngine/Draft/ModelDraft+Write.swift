package import RankCore

extension ModelDraft {
    /// Writes the draft as a model file and returns the model's id.
    ///
    /// The same draft gives the same bytes. −0 and subnormal weights become +0. The file is loaded and proved under a
    /// temporary name before it gets its own; a failure leaves no file behind and an older file unchanged.
    ///
    /// - Throws: ``EngineError/Code/invalidModel`` when shapes or ids do not fit or a number is not finite;
    /// ``EngineError/Code/scoreNotFinite`` when a golden pair's score is not finite;
    /// ``EngineError/Code/cannotWrite`` when the file system refuses.
    @discardableResult
    package func write(to path: String) throws(EngineError) -> ModelID {
        let (layout, shape) = try layout()
        return try layout.write(to: path, metadata: metadataPairs(shape))
    }

    /// The model of the draft, without leaving a file.
    ///
    /// - Parameter path: A path beside which a temporary file is written and loaded.
    /// - Returns: The model.
    /// - Throws: As ``write(to:)``.
    package func loaded(beside path: String) throws(EngineError) -> RankModel {
        let (layout, shape) = try layout()
        return try layout.loaded(beside: path, metadata: metadataPairs(shape))
    }

    /// The id of the draft's model file.
    ///
    /// - Throws: ``EngineError/Code/invalidModel`` and ``EngineError/Code/scoreNotFinite``, as ``write(to:)``.
    package func modelID() throws(EngineError) -> ModelID {
        let (layout, shape) = try layout()
        return try ModelID(digest: layout.header(metadata: metadataPairs(shape)).digest)
    }

    private func layout() throws(EngineError) -> (FileLayout, ModelShape) {
        let weights = try ModelWeights(self)
        var layout = FileLayout()
        try addTensors(weights, to: &layout)
        return (layout, weights.shape)
    }

    private func metadataPairs(_ shape: ModelShape) throws(EngineError) -> [String: String] {
        guard metadata.prior.isFinite, metadata.claimedTestRMSE?.isFinite ?? true else {
            throw EngineError(.invalidModel, "the prior and the claimed RMSE must be finite")
        }
        guard metadata.proof.comparison == nil else {
            throw EngineError(.invalidModel, "only a converter has its source's scores, which the proof demands")
        }
        var pairs = metadata.pairs.merging(shape.pairs) { _, new in new }
        pairs["format"] = ModelMetadata.format
        pairs["user_vocabulary"] = users.ids.kind.rawValue
        pairs["candidate_vocabulary"] = candidates.ids.kind.rawValue
        pairs["dot_product"] = dotProduct ? "true" : "false"
        return pairs
    }

    private func addTensors(_ weights: ModelWeights, to layout: inout FileLayout) throws(EngineError) {
        guard users.ids.kind.isText == candidates.ids.kind.isText else {
            throw EngineError(.invalidModel, "users and candidates must both have numbers for ids, or both texts")
        }
        let shape = weights.shape
        layout.add("user_embedding", [shape.userRows, shape.userDimensions], weights.userEmbedding)
        layout.add("candidate_embedding", [shape.candidateRows, shape.candidateDimensions], weights.candidateEmbedding)
        for (index, layer) in weights.layers.enumerated() {
            layout.add("dense_\(index).kernel", [layer.inputs, layer.outputs], layer.kernel)
            layout.add("dense_\(index).bias", [layer.outputs], layer.bias)
        }
        for (name, bias) in [
            ("user_bias", weights.userBias), ("candidate_bias", weights.candidateBias), ("mean", weights.mean),
            ("output_scale", weights.outputScale),
        ] {
            if let bias { layout.add(name, [bias.count], bias) }
        }
        layout.add(try Goldens(of: weights))
        try addIDs(users, side: "user", to: &layout)
        try addIDs(candidates, side: "candidate", to: &layout)
    }

    private func addIDs(_ table: Table, side: String, to layout: inout FileLayout) throws(EngineError) {
        let names = Vocabulary.TensorNames(side: side)
        switch table.ids {
        case .identity:
            break
        case .numbers(var numbers):
            try Self.demand(numbers.count, table.rowCount, side)
            numbers[0] = 0
            layout.add(names.ids, .uint64, [numbers.count], .numbers64(numbers))
        case .texts(let texts):
            try Self.demand(texts.count, table.rowCount, side)
            var bytes: [UInt8] = []
            var offsets: [UInt64] = [0, 0]
            for text in texts.dropFirst() {
                bytes.append(contentsOf: text.utf8)
                offsets.append(UInt64(bytes.count))
            }
            layout.add(names.offsets, .uint64, [offsets.count], .numbers64(offsets))
            layout.add(names.text, .uint8, [bytes.count], .bytes(bytes))
        }
    }

    private static func demand(_ count: Int, _ rows: Int, _ side: String) throws(EngineError) {
        guard count == rows else {
            throw EngineError(.invalidModel, "there are \(count) \(side) ids for \(rows) rows")
        }
    }
}

extension ModelDraft.IDs {
    /// The kind of vocabulary of these ids in a file.
    var kind: Vocabulary.Kind {
        switch self {
        case .identity: .identity
        case .numbers: .u64
        case .texts: .utf8
        }
    }
}
