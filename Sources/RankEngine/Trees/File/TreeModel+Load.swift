internal import RankCore
internal import RankSystem

extension TreeModel {
    /// Reads a model file and proves it, in the order of docs/reference/model-file.md.
    ///
    /// The file is copied: later changes do not change the model.
    ///
    /// - Complexity: O(bytes of the file + golden rows · trees · depth).
    /// - Parameter path: The file.
    /// - Returns: The model.
    /// - Throws: ``EngineError/Code/cannotRead`` when the file cannot be opened or copied;
    ///   ``EngineError/Code/modelRefused`` when it is not a whole, valid ensemble, with the tree, the node or the field
    ///   that is wrong.
    public static func load(path: String) throws(EngineError) -> TreeModel {
        let start = MonotonicClock.nanoseconds()
        return try refusing(path) { () throws(EngineError) in try prove(Safetensors(path: path), since: start) }
    }

    /// Proves a file that has been read.
    ///
    /// - Parameters:
    ///   - file: The file, copied: what was checked must not change.
    ///   - start: When the load began, in nanoseconds.
    /// - Returns: The model.
    /// - Throws: ``EngineError/Code/modelRefused`` with the step of the proof that failed.
    static func prove(_ file: Safetensors, since start: UInt64) throws(EngineError) -> TreeModel {
        let raw = file.header.metadata
        try ModelMetadata.checkFormat(raw, architectures: [architecture])
        var settings = try TreeSettings(raw)
        _ = try ModelMetadata.require("proof", in: raw)
        let metadata = try ModelMetadata(file: raw)
        settings.hasSourceScores = metadata.proof.comparison != nil
        let digestStart = MonotonicClock.nanoseconds()
        let digest = try ModelDigest.verify(file)
        let digestEnd = MonotonicClock.nanoseconds()
        let tables = try TreeTables(file, settings)
        let shape = try tables.checked(featureCount: settings.featureCount)
        let names = try FeatureNames.read(file, count: settings.featureCount)
        let goldens = try TreeGoldens(file, settings)
        try goldens.checkWork(longestWalk: shape.longestWalk)
        try goldens.verify(TreeSource(tables, settings), settings, with: file, metadata.proof.comparison)
        return TreeModel(
            modelID: ModelID(digest: digest),
            shape: shape,
            metadata: metadata,
            rawMetadata: raw,
            featureNames: names,
            loadTimes: RankModel.LoadTimes(
                byteCount: unsafe file.memory.bytes.count,
                digest: .nanoseconds(digestEnd &- digestStart),
                total: .nanoseconds(MonotonicClock.nanoseconds() &- start)
            ),
            goldens: goldens,
            tables: tables,
            settings: settings
        )
    }

    /// Calls `body`, and puts the path before the message of a refusal.
    static func refusing<Model>(
        _ path: String,
        _ body: () throws(EngineError) -> Model
    ) throws(EngineError) -> Model {
        do {
            return try body()
        } catch  where error.code == .modelRefused {
            throw EngineError(.modelRefused, "\(path): \(error.message)")
        }
    }
}
