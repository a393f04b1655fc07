internal import CRankKernels

extension ModelWeights {
    /// The largest width of an embedding or a layer.
    static let maximumWidth = 65_536
    /// Tables have fewer rows than this.
    static let rowLimit = 1 << 32

    /// Reads every tensor that scores depend on, checks shapes, and refuses names that the architecture does not have.
    init(_ file: Safetensors, kinds: FileKinds) throws(EngineError) {
        var reader = WeightReader(file: file)
        let users = try reader.table("user_embedding")
        let candidates = try reader.table("candidate_embedding")
        guard !kinds.dotProduct || users.width == candidates.width else {
            throw WeightReader.refused(
                "the dot product needs embeddings of one width, not \(users.width) and \(candidates.width)"
            )
        }
        let layers = try reader.layers(inputs: users.width + candidates.width)
        guard kinds.dotProduct || !layers.isEmpty else {
            throw WeightReader.refused("a model has dense layers, or the dot product, or both; this one has neither")
        }
        let userBias = try reader.optional("user_bias", count: users.rows)
        let candidateBias = try reader.optional("candidate_bias", count: candidates.rows)
        let mean = try reader.optional("mean", count: 1)
        let outputScale = try reader.optional("output_scale", count: 2)
        guard outputScale == nil || kinds.steps.isAllowed else {
            throw WeightReader.refused(
                "tensor output_scale belongs to the architecture \(ModelShape.steppedArchitecture)"
            )
        }
        let activations = try kinds.steps.activations(layerCount: layers.count)
        try reader.refuseOthers(kinds)
        self.init(
            userEmbedding: users.floats,
            candidateEmbedding: candidates.floats,
            layers: layers,
            userBias: userBias,
            candidateBias: candidateBias,
            mean: mean,
            outputScale: outputScale,
            shape: ModelShape(
                userRows: users.rows,
                candidateRows: candidates.rows,
                userDimensions: users.width,
                candidateDimensions: candidates.width,
                layerWidths: layers.map(\.outputs),
                dotProduct: kinds.dotProduct,
                userBias: userBias != nil,
                candidateBias: candidateBias != nil,
                mean: mean != nil,
                activations: activations,
                output: kinds.steps.output,
                outputScale: outputScale != nil
            )
        )
    }
}

/// Reads weights from a file one by one and records the names that were read.
private struct WeightReader {
    let file: Safetensors
    private var taken: Set<String> = []

    init(file: Safetensors) {
        self.file = file
    }

    /// An embedding table.
    mutating func table(_ name: String) throws(EngineError) -> (floats: SharedFloats, rows: Int, width: Int) {
        guard let tensor = file.tensor(name) else { throw Self.refused("tensor \(name) is missing") }
        guard tensor.shape.count == 2 else { throw Self.refused("tensor \(name) must have two dimensions") }
        let (rows, width) = (tensor.shape[0], tensor.shape[1])
        guard rows >= 1, rows < ModelWeights.rowLimit else {
            throw Self.refused("tensor \(name) has \(rows) rows; a table has 1 to \(ModelWeights.rowLimit - 1)")
        }
        return (try floats(tensor, shape: [rows, try Self.width(width, name)]), rows, width)
    }

    /// `dense_0`, `dense_1`, … without gaps.
    mutating func layers(inputs: Int) throws(EngineError) -> [ModelWeights.Dense] {
        var layers: [ModelWeights.Dense] = []
        var inputs = inputs
        while let kernel = file.tensor("dense_\(layers.count).kernel") {
            let name = "dense_\(layers.count)"
            guard kernel.shape.count == 2 else { throw Self.refused("tensor \(name).kernel must have two dimensions") }
            let outputs = try Self.width(kernel.shape[1], name)
            guard let bias = file.tensor("\(name).bias") else { throw Self.refused("tensor \(name).bias is missing") }
            layers.append(
                ModelWeights.Dense(
                    inputs: inputs,
                    outputs: outputs,
                    kernel: try floats(kernel, shape: [inputs, outputs]),
                    bias: try floats(bias, shape: [outputs])
                )
            )
            inputs = outputs
        }
        guard layers.isEmpty || inputs == 1 else {
            throw Self.refused("the last dense layer has \(inputs) outputs; it must have one")
        }
        return layers
    }

    /// A vector that may be absent.
    mutating func optional(_ name: String, count: Int) throws(EngineError) -> SharedFloats? {
        guard let tensor = file.tensor(name) else { return nil }
        return try floats(tensor, shape: [count])
    }

    /// Refuses tensors that were not read and are neither of a vocabulary nor golden.
    func refuseOthers(_ kinds: FileKinds) throws(EngineError) {
        var known = taken.union(Goldens.tensorNames)
        if kinds.hasSourceScores { known.insert(Goldens.sourceScoresName) }
        known.formUnion(Vocabulary.TensorNames(side: "user").required(by: kinds.users))
        known.formUnion(Vocabulary.TensorNames(side: "candidate").required(by: kinds.candidates))
        for tensor in file.header.tensors where !known.contains(tensor.name) {
            guard tensor.name != Goldens.sourceScoresName else {
                throw Self.refused("tensor \(tensor.name) belongs to the proofs source and predictions")
            }
            throw Self.refused("tensor \(tensor.name) is unknown; without it something would be missing from the score")
        }
    }

    private mutating func floats(
        _ tensor: SafetensorsHeader.Tensor,
        shape: [Int]
    ) throws(EngineError) -> SharedFloats {
        guard tensor.type == .float32 else {
            throw Self.refused("tensor \(tensor.name) is \(tensor.type.rawValue); weights are F32")
        }
        guard tensor.shape == shape else {
            throw Self.refused("tensor \(tensor.name) has the shape \(tensor.shape), expected \(shape)")
        }
        taken.insert(tensor.name)
        return try Self.normalized(file.sharedFloats(tensor), tensor.name)
    }

    /// The floats in place, or a copy without −0; refuses infinities, NaN and subnormals.
    private static func normalized(_ floats: SharedFloats, _ name: String) throws(EngineError) -> SharedFloats {
        var first = 0
        let found = unsafe rank_scan_weights(floats.buffer.baseAddress, floats.count, &first)
        if first < floats.count {
            let value = unsafe floats.buffer[first]
            let what = value.isFinite ? "subnormal" : "not finite"
            throw EngineError(
                .modelRefused,
                "weights: element \(first) of tensor \(name) is \(value), which is \(what)"
            )
        }
        guard found & UInt32(RANK_WEIGHT_NEGATIVE_ZERO) != 0 else { return floats }
        return unsafe SharedFloats(count: floats.count) { copy in
            _ = unsafe copy.update(fromContentsOf: floats.buffer)
            unsafe rank_normalize_weights(copy.baseAddress, copy.count, false)
        }
    }

    private static func width(_ width: Int, _ name: String) throws(EngineError) -> Int {
        guard width >= 1, width <= ModelWeights.maximumWidth else {
            throw refused("\(name) has the width \(width); widths are 1 to \(ModelWeights.maximumWidth)")
        }
        return width
    }

    static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "tensors: \(message)")
    }
}
