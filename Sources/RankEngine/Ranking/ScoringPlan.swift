/// The part of a score that is computed ahead.
///
/// Every plan gives the same bits.
public enum ScoringPlan: String, Sendable, Hashable, CaseIterable {
    /// Both halves of the first layer for each pair. No tables.
    case direct
    /// The user's half once for each query. No tables.
    case userOnce = "user-once"
    /// Both halves from tables made when the ranker is made: four bytes for each row and each unit of the first layer.
    case factored
    /// Every score from a table made when the ranker is made: four bytes for each user and each candidate.
    ///
    /// Never chosen by default.
    case full

    /// The default memory budget for tables: 256 MiB.
    public static let defaultMemoryBudget = 256 << 20

    /// The bytes of this plan's tables for a model; `Int.max` where the number overflows.
    public func tableBytes(_ shape: ModelShape) -> Int {
        switch self {
        case .direct, .userOnce:
            return 0
        case .factored:
            guard let width = shape.layerWidths.first else { return 0 }
            return (shape.userRows + shape.candidateRows) * ((width + 15) / 16 * 16) * MemoryLayout<Float>.stride
        case .full:
            let (pairs, overflow) = shape.userRows.multipliedReportingOverflow(by: shape.candidateRows)
            let (bytes, overflows) = pairs.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
            return overflow || overflows ? .max : bytes
        }
    }

    /// The fastest plan whose tables fit `memoryBudget` bytes, the full table left out.
    ///
    /// For a model without dense layers, which leave nothing to compute ahead, the plan is direct.
    public static func chosen(for shape: ModelShape, memoryBudget: Int = defaultMemoryBudget) -> ScoringPlan {
        if shape.layerWidths.isEmpty { return .direct }
        return ScoringPlan.factored.tableBytes(shape) <= memoryBudget ? .factored : .userOnce
    }

    /// The plan itself, if its tables fit `memoryBudget` bytes.
    ///
    /// - Throws: ``EngineError/Code/budgetTooSmall``.
    func fitting(_ shape: ModelShape, memoryBudget: Int) throws(EngineError) -> ScoringPlan {
        let bytes = tableBytes(shape)
        guard bytes > memoryBudget else { return self }
        throw EngineError(
            .budgetTooSmall,
            "the plan \(rawValue) needs \(bytes == .max ? "more than \(bytes)" : "\(bytes)") bytes of tables for "
                + "\(shape.userRows) users' and \(shape.candidateRows) candidates' rows, and the memory budget is "
                + "\(memoryBudget) bytes; raise the budget, or choose another plan"
        )
    }
}
