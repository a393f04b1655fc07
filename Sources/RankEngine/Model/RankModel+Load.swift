internal import RankCore
internal import RankSystem

extension RankModel {
    /// The placement of a model's bytes.
    public enum Placement: String, Sendable, Hashable {
        /// In the mapped file: processes that serve one file share its pages. The file must not be written in place or
        /// truncated while the model lives; renaming another file over it is fine.
        case mapped
        /// In a copy, in huge pages where the system has them: a little faster where tables are much larger than the
        /// caches, and independent of the file. Each process has a copy.
        case copied
    }

    /// The duration of a load.
    public struct LoadTimes: Sendable, Hashable {
        /// The bytes of the file.
        public var byteCount: Int
        /// The time of hashing, including reads from the disk.
        public var digest: Duration
        /// The time of the whole load, the digest included.
        public var total: Duration
    }

    /// Reads a model file and proves it, in the order of docs/reference/model-file.md.
    ///
    /// Later changes of the file do not change the model, unless it is `mapped`.
    ///
    /// - Complexity: O(bytes of the file), mostly for hashing, and the scalar scoring of the golden pairs.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - placement: Whether the file is mapped or copied. Nil copies it, in huge pages only where it is large.
    /// - Returns: The model.
    /// - Throws: ``EngineError/Code/cannotRead`` when the file cannot be opened, mapped or copied;
    ///   ``EngineError/Code/modelRefused`` when it is not a whole, valid model, with the step of the proof that failed.
    public static func load(path: String, placement: Placement? = nil) throws(EngineError) -> RankModel {
        let start = MonotonicClock.nanoseconds()
        do {
            return try prove(Safetensors(path: path, placement: placement), since: start)
        } catch  where error.code == .modelRefused {
            throw EngineError(.modelRefused, "\(path): \(error.message)")
        }
    }

    /// Proves a file that has been read.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - start: When the load began, in nanoseconds.
    /// - Returns: The model.
    /// - Throws: ``EngineError/Code/modelRefused`` with the step of the proof that failed.
    static func prove(
        _ file: Safetensors,
        since start: UInt64
    ) throws(EngineError) -> RankModel {
        let raw = file.header.metadata
        var kinds = try checkKind(raw)
        let metadata = try ModelMetadata(file: raw)
        kinds.hasSourceScores = metadata.proof.comparison != nil
        let digestStart = MonotonicClock.nanoseconds()
        let digest = try ModelDigest.verify(file)
        let digestEnd = MonotonicClock.nanoseconds()
        let weights = try ModelWeights(file, kinds: kinds)
        let users = try Vocabulary(file, side: "user", kind: kinds.users, rowCount: weights.shape.userRows)
        let candidates = try Vocabulary(
            file,
            side: "candidate",
            kind: kinds.candidates,
            rowCount: weights.shape.candidateRows
        )
        let goldens = try Goldens(file).verified(weights)
        if let comparison = metadata.proof.comparison { try goldens.compare(with: file, comparison) }
        return RankModel(
            modelID: ModelID(digest: digest),
            metadata: metadata,
            rawMetadata: raw,
            users: users,
            candidates: candidates,
            goldens: goldens,
            weights: weights,
            placement: file.placement,
            loadTimes: LoadTimes(
                byteCount: unsafe file.memory.bytes.count,
                digest: .nanoseconds(digestEnd &- digestStart),
                total: .nanoseconds(MonotonicClock.nanoseconds() &- start)
            )
        )
    }

    /// Checks format and architecture, and reads the metadata that decides the tensors of the file.
    private static func checkKind(_ raw: [String: String]) throws(EngineError) -> FileKinds {
        guard raw["architecture"] != TreeModel.architecture else {
            throw ModelMetadata.refused(
                "architecture is \"\(TreeModel.architecture)\", an ensemble of trees, which has no users and items of its "
                    + "own: rank-worker serves it, rank-train inspect shows it, and what was asked for needs a network or "
                    + "factors"
            )
        }
        try ModelMetadata.checkFormat(
            raw,
            architectures: [ModelShape.plainArchitecture, ModelShape.steppedArchitecture]
        )
        let steps = try FileSteps(raw)
        var kinds: [Vocabulary.Kind] = []
        for key in ["user_vocabulary", "candidate_vocabulary"] {
            let value = try ModelMetadata.require(key, in: raw)
            guard let kind = Vocabulary.Kind(rawValue: value) else {
                throw ModelMetadata.refused("\(key) is \"\(value)\"; expected identity, u64 or utf8")
            }
            kinds.append(kind)
        }
        guard kinds[0].isText == kinds[1].isText else {
            throw ModelMetadata.refused("users and candidates must both have numbers for ids, or both texts")
        }
        let dotProduct = try ModelMetadata.require("dot_product", in: raw)
        guard dotProduct == "true" || dotProduct == "false" else {
            throw ModelMetadata.refused("dot_product is \"\(dotProduct)\"; expected true or false")
        }
        return FileKinds(users: kinds[0], candidates: kinds[1], dotProduct: dotProduct == "true", steps: steps)
    }
}

/// The metadata that decides the tensors of a file.
struct FileKinds {
    var users: Vocabulary.Kind
    var candidates: Vocabulary.Kind
    var dotProduct: Bool
    var steps: FileSteps
    /// Whether the file must have its source's scores.
    var hasSourceScores = false
}
