public import RankCore

extension RankModel {
    /// Makes the reference ranker of a numeric profile, which scores one operation at a time; other rankers of the
    /// profile are compared with it.
    ///
    /// - Parameter profile: A profile.
    /// - Returns: A ranker for one thread; nil where this version does not know the profile.
    /// - Throws: ``EngineError/Code/precisionRefused`` where the model cannot be scored in it.
    public func makeReference(of profile: NumericProfile) throws(EngineError) -> sending EmbeddingRanker? {
        switch profile {
        case .fp32FMA:
            return try makeRanker(plan: .direct, kernel: .scalar)
        case .fp32Unfused:
            return try makeRanker(plan: .direct, kernel: .portable)
        case .int16FMA:
            return try makeReference(.int16)
        case .int8FMA:
            return try makeReference(.int8)
        default:
            return nil
        }
    }

    private func makeReference(_ precision: Precision) throws(EngineError) -> sending EmbeddingRanker {
        try makeRanker(memoryBudget: .max, kernel: .scalar, precision: precision, errorLimit: nil)
    }
}
