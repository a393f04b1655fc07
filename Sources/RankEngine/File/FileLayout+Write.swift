import RankCore
import RankSystem

extension FileLayout {
    /// Writes the tensors as a model file and returns the model's id.
    ///
    /// The file is loaded and proved under a temporary name before it gets its own; a failure leaves no file behind and
    /// an older file unchanged.
    ///
    /// - Throws: ``EngineError/Code/invalidModel`` when the file would be refused;
    ///   ``EngineError/Code/cannotWrite`` when the file system refuses.
    func write(to path: String, metadata: [String: String]) throws(EngineError) -> ModelID {
        let header = try header(metadata: metadata)
        let id = ModelID(digest: header.digest)
        try AtomicFile.replace(path: path) { (file) throws(EngineError) in
            try append(header.bytes, to: &file)
        } verify: { (temporary) throws(EngineError) in
            do throws(EngineError) {
                guard try RankModel.load(path: temporary).modelID == id else {
                    throw EngineError(.cannotWrite, "\(path) does not read back as it was written; check the disk")
                }
            } catch  where error.code == .modelRefused {
                throw EngineError(.invalidModel, "the model to write would be refused: \(error.message)")
            }
        }
        return id
    }

    /// The model of the tensors, loaded from a file that is then deleted; its memory stays mapped.
    ///
    /// - Parameters:
    ///   - path: A path beside which the temporary file is written.
    ///   - metadata: The strings of the header.
    /// - Returns: The model.
    /// - Throws: As ``write(to:metadata:)``.
    func loaded(beside path: String, metadata: [String: String]) throws(EngineError) -> RankModel {
        let header = try header(metadata: metadata)
        return try AtomicFile.temporary(beside: path) { (file) throws(EngineError) in
            try append(header.bytes, to: &file)
        } read: { (temporary) throws(EngineError) in
            try RankModel.load(path: temporary)
        }
    }

    private func append(_ header: [UInt8], to file: inout AtomicFile<EngineError>) throws(EngineError) {
        try unsafe header.withBytes { (bytes) throws(EngineError) in try unsafe file.append(bytes) }
        for tensor in tensors {
            try unsafe tensor.content.withBytes { (bytes) throws(EngineError) in try unsafe file.append(bytes) }
        }
    }
}
