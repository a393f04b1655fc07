extension TreeTables {
    /// The most trees of an ensemble; rounding the sums of so many cannot double them.
    static let maximumTreeCount = 1 << 20

    private static let nodeNames = [
        "trees.nodes", "trees.leaves", "nodes.feature", "nodes.threshold", "nodes.flags", "nodes.left", "nodes.right",
        "leaves.value", "base",
    ]
    private static let setNames = ["nodes.set", "sets.offsets", "sets.words"]
    /// The most words of a set: 2^29 categories.
    private static let mostWords: UInt32 = 1 << 24

    /// Reads the arrays of a file, checks their types and lengths, and refuses tensors that the architecture does not
    /// have.
    init(_ file: Safetensors, _ settings: TreeSettings) throws(EngineError) {
        try Self.refuseOthers(file, settings)
        let reader = TreeReader(file: file)
        firstNode = try reader.values("trees.nodes", .uint32)
        firstLeaf = try reader.values("trees.leaves", .uint32)
        guard (2...Self.maximumTreeCount + 1).contains(firstNode.count) else {
            throw Self.refused(
                "tensor trees.nodes has \(firstNode.count) elements, expected one more than trees, of which there are "
                    + "1 to \(Self.maximumTreeCount)"
            )
        }
        guard firstLeaf.count == firstNode.count else {
            throw Self.refused(
                "tensor trees.leaves has \(firstLeaf.count) elements, expected \(firstNode.count) as trees.nodes has"
            )
        }
        let nodes = try Self.total(of: firstNode, "trees.nodes")
        let leafCount = try Self.total(of: firstLeaf, "trees.leaves")
        feature = try reader.values("nodes.feature", .uint32, count: nodes)
        threshold = try reader.values("nodes.threshold", .float32, count: nodes)
        flags = try reader.values("nodes.flags", .uint8, count: nodes)
        left = try reader.values("nodes.left", .int32, count: nodes)
        right = try reader.values("nodes.right", .int32, count: nodes)
        switch settings.sum {
        case .float32:
            leaves = .floats(try reader.values("leaves.value", .float32, count: leafCount))
            let base: SharedValues<Float> = try reader.values("base", .float32, count: 1)
            self.base = Double(base[0])
        case .float64:
            leaves = .doubles(try reader.values("leaves.value", .float64, count: leafCount))
            let base: SharedValues<Double> = try reader.values("base", .float64, count: 1)
            self.base = base[0]
        }
        guard Self.setNames.contains(where: { file.tensor($0) != nil }) else { return }
        let sets = Sets(
            ofNode: try reader.values("nodes.set", .uint32, count: nodes),
            offsets: try reader.values("sets.offsets", .uint32),
            words: try reader.values("sets.words", .uint32)
        )
        guard sets.offsets.count >= 2, try Self.total(of: sets.offsets, "sets.offsets") == sets.words.count else {
            throw Self.refused(
                "tensor sets.offsets must have one element more than sets, of which there is at least one, and end at "
                    + "the \(sets.words.count) elements of sets.words"
            )
        }
        for set in 1..<sets.offsets.count where sets.offsets[set] - sets.offsets[set - 1] > Self.mostWords {
            throw Self.refused("set \(set - 1) has more than \(Self.mostWords) words of 32 categories")
        }
        self.sets = sets
    }

    /// The last of offsets that start with 0 and never descend.
    private static func total(of offsets: SharedValues<UInt32>, _ name: String) throws(EngineError) -> Int {
        var last: UInt32 = 0
        for index in 0..<offsets.count {
            let offset = offsets[index]
            guard index == 0 ? offset == 0 : offset >= last else {
                throw refused(
                    "element \(index) of tensor \(name) is \(offset); offsets start with 0 and never descend"
                )
            }
            last = offset
        }
        return Int(last)
    }

    private static func refuseOthers(_ file: Safetensors, _ settings: TreeSettings) throws(EngineError) {
        var known = Set(nodeNames + setNames + TreeGoldens.tensorNames + FeatureNames.tensorNames)
        if settings.hasSourceScores { known.insert(Goldens.sourceScoresName) }
        for tensor in file.header.tensors where !known.contains(tensor.name) {
            guard tensor.name != Goldens.sourceScoresName else {
                throw refused("tensor \(tensor.name) belongs to the proofs source and predictions")
            }
            throw refused("tensor \(tensor.name) is unknown; scores may depend on it")
        }
    }
}

/// Reads tensors of one dimension.
private struct TreeReader {
    let file: Safetensors

    /// The elements of a tensor that must exist, of a type and, where `count` is given, of a length.
    func values<Element>(
        _ name: String,
        _ type: SafetensorsHeader.ElementType,
        count: Int? = nil
    ) throws(EngineError) -> SharedValues<Element> {
        guard let tensor = file.tensor(name) else { throw TreeTables.refused("tensor \(name) is missing") }
        guard tensor.type == type, tensor.shape.count == 1 else {
            throw TreeTables.refused(
                "tensor \(name) is \(tensor.type.rawValue) \(tensor.shape), expected \(type.rawValue) of one dimension"
            )
        }
        if let count, tensor.count != count {
            throw TreeTables.refused("tensor \(name) has \(tensor.count) elements, expected \(count)")
        }
        return SharedValues(file, tensor)
    }
}
