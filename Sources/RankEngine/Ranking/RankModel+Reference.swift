extension RankModel {
    /// Makes the ranker that scores a numeric profile by definition, one operation at a time: what others of the profile
    /// are compared with.
    ///
    /// - Parameter number: A profile's number; see ``NumericProfile``.
    /// - Returns: A ranker for one thread; nil where this version does not know the profile.
    /// - Throws: ``EngineError/Code/precisionRefused`` where the model cannot be scored in it.
    public func makeReference(ofProfile number: UInt16) throws(EngineError) -> sending EmbeddingRanker? {
        switch number {
        case NumericProfile.fp32FMA.number:
            return try makeRanker(plan: .direct, kernel: .scalar)
        case NumericProfile.fp32Unfused.number:
            return try makeRanker(plan: .direct, kernel: .portable)
        case NumericProfile.int16FMA.number:
            return try makeReference(.int16)
        case NumericProfile.int8FMA.number:
            return try makeReference(.int8)
        default:
            return nil
        }
    }

    private func makeReference(_ precision: Precision) throws(EngineError) -> sending EmbeddingRanker {
        try makeRanker(memoryBudget: .max, kernel: .scalar, precision: precision, errorLimit: nil)
    }
}
