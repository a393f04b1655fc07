extension RankModel {
    /// A copy of the candidates' embeddings: rows × `shape.candidateDimensions`, row-major, row 0 for unknown ids.
    package func candidateEmbeddings() -> [Float] {
        unsafe [Float](weights.candidateEmbedding.buffer)
    }
}
