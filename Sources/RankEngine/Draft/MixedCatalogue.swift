internal import CRankKernels
package import RankCore

/// A row of a table that is made of two rows of another: `part · first + (1 − part) · second`.
package struct RowMixture {
    let first: Int
    let second: Int
    let part: Float

    /// A mixture.
    package init(first: Int, second: Int, part: Float) {
        (self.first, self.second, self.part) = (first, second, part)
    }
}

/// A model with another catalogue, each of whose items is a mixture of two of the model's own.
///
/// The network and the users are the model's, so a score costs what it costs, and as many units are dead as in the
/// model. The scores of the items mean nothing.
package struct MixedCatalogue {
    private let model: RankModel
    private let candidateRows: Int
    private let mixture: (Int) -> RowMixture
    /// Bytes of a table that are in memory at a time while it is written.
    private static let partBytes = 16 << 20

    /// Plans a catalogue; nothing is computed yet.
    ///
    /// - Parameters:
    ///   - model: The model whose items are mixed.
    ///   - candidates: The number of items, which get the ids from 1 on.
    ///   - mixture: The mixture of the item of an id, a function of the id alone: rows of the model from 1 on.
    /// - Throws: ``EngineError/Code/invalidModel`` when the model has no items or text ids, or for a number that no
    ///   table has.
    package init(
        _ model: RankModel,
        candidates: Int,
        mixture: @escaping (Int) -> RowMixture
    ) throws(EngineError) {
        guard model.shape.candidateRows > 1 else {
            throw EngineError(.invalidModel, "the model has no items that could be mixed")
        }
        guard !model.users.kind.isText else {
            throw EngineError(.invalidModel, "the model's ids are texts; only a catalogue of numbers can be invented")
        }
        guard candidates >= 1, candidates < ModelWeights.rowLimit - 1 else {
            throw EngineError(
                .invalidModel,
                "a catalogue has 1 to \(ModelWeights.rowLimit - 2) items, not \(candidates)"
            )
        }
        self.model = model
        // Row 0 stays the row for unknown ids.
        self.mixture = { row in row == 0 ? RowMixture(first: 0, second: 0, part: 1) : mixture(row) }
        candidateRows = candidates + 1
    }

    /// Writes the model as a file and returns its id.
    ///
    /// Memory does not grow with the catalogue.
    ///
    /// - Throws: ``EngineError/Code/cannotWrite`` when the file system refuses.
    package func write(to path: String) throws(EngineError) -> ModelID {
        var (weights, shape) = (model.weights, model.shape)
        shape.candidateRows = candidateRows
        var layout = FileLayout()
        layout.add("user_embedding", [shape.userRows, shape.userDimensions], weights.userEmbedding)
        let width = shape.candidateDimensions
        layout.add(
            "candidate_embedding",
            .float32,
            [candidateRows, width],
            .made(mixed(weights.candidateEmbedding, width))
        )
        for (index, layer) in weights.layers.enumerated() {
            layout.add("dense_\(index).kernel", [layer.inputs, layer.outputs], layer.kernel)
            layout.add("dense_\(index).bias", [layer.outputs], layer.bias)
        }
        if let bias = weights.userBias { layout.add("user_bias", [bias.count], bias) }
        if let bias = weights.candidateBias {
            layout.add("candidate_bias", .float32, [candidateRows], .made(mixed(bias, 1)))
        }
        if let mean = weights.mean { layout.add("mean", [1], mean) }
        if let scale = weights.outputScale { layout.add("output_scale", [2], scale) }
        if case .numbers(let numbers) = model.users.ids {
            let ids = (0..<shape.userRows).map { numbers[$0] }
            layout.add("user_ids", .uint64, [ids.count], .numbers64(ids))
        }
        // The golden pairs are scored with their own rows alone.
        let (users, candidates) = Goldens.picked(shape)
        let rows = Array(Set(candidates)).sorted()
        weights.candidateEmbedding = gathered(rows, weights.candidateEmbedding, width)
        weights.candidateBias = weights.candidateBias.map { gathered(rows, $0, 1) }
        weights.shape.candidateRows = rows.count
        let places = candidates.map { row in UInt32(rows.firstIndex(of: row) ?? 0) }
        var goldens = try Goldens(of: weights, userRows: users, candidateRows: places)
        goldens.candidateRows = candidates
        layout.add(goldens)
        return try layout.write(to: path, metadata: metadata())
    }

    private func metadata() -> [String: String] {
        var metadata = model.metadata
        metadata.claimedTestRMSE = nil
        var fields = metadata.fingerprint.withoutRefit
        fields["data"] = "synthetic catalogue of \(candidateRows - 1) items, mixed from \(metadata.fingerprint["data"])"
        metadata.fingerprint = TrainingFingerprint(fields)
        metadata.proof = metadata.proof.derived
        var pairs = metadata.pairs.merging(model.shape.pairs) { _, new in new }
        for key in ["format", "user_vocabulary", "dot_product"] { pairs[key] = model.rawMetadata[key] }
        pairs["candidate_vocabulary"] = Vocabulary.Kind.identity.rawValue
        return pairs
    }

    // MARK: Rows

    private func mixed(_ table: SharedFloats, _ width: Int) -> FileLayout.MadeFloats {
        let rows = max(Self.partBytes / MemoryLayout<Float>.stride / width, 1)
        return unsafe FileLayout.MadeFloats(count: candidateRows * width, part: rows * width) { first, floats in
            guard let base = floats.baseAddress else { return }
            for index in 0..<(floats.count / width) {
                unsafe mix(first / width + index, table, width, into: base + index * width)
            }
            unsafe rank_normalize_weights(base, floats.count, true)
        }
    }

    private func gathered(_ rows: [UInt32], _ table: SharedFloats, _ width: Int) -> SharedFloats {
        unsafe SharedFloats(count: rows.count * width) { floats in
            guard let base = floats.baseAddress else { return }
            for (index, row) in rows.enumerated() { unsafe mix(Int(row), table, width, into: base + index * width) }
            unsafe rank_normalize_weights(base, floats.count, true)
        }
    }

    private func mix(_ row: Int, _ table: SharedFloats, _ width: Int, into output: UnsafeMutablePointer<Float>) {
        guard let base = unsafe table.buffer.baseAddress else { return }
        let (rows, mixture) = (0..<model.shape.candidateRows, mixture(row))
        precondition(rows.contains(mixture.first) && rows.contains(mixture.second))
        let (a, b) = unsafe (base + mixture.first * width, base + mixture.second * width)
        let part = mixture.part
        for column in 0..<width { unsafe output[column] = part * a[column] + (1 - part) * b[column] }
    }
}
