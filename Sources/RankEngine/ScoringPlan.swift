/// How much of the first dense layer is computed ahead.
///
/// Every plan gives the same bits.
public enum ScoringPlan: String, Sendable, Hashable, CaseIterable {
    /// Both halves of the first layer for each pair. No tables.
    case direct
    /// The user's half once for each query. No tables.
    case userOnce = "user-once"
    /// Both halves from tables made when the ranker is made: four bytes for each row and each unit of the first layer.
    case factored

    /// The bytes of tables that a ranker makes for itself unless told otherwise: 256 MiB.
    public static let defaultMemoryBudget = 256 << 20

    /// The bytes of tables that the factored plan needs for a model.
    public static func factoredBytes(_ shape: ModelShape) -> Int {
        guard let width = shape.layerWidths.first else { return 0 }
        return (shape.userRows + shape.candidateRows) * ((width + 15) / 16 * 16) * MemoryLayout<Float>.stride
    }

    /// The fastest plan whose tables fit `memoryBudget` bytes.
    ///
    /// A model without dense layers has nothing to compute ahead: direct.
    public static func chosen(for shape: ModelShape, memoryBudget: Int = defaultMemoryBudget) -> ScoringPlan {
        if shape.layerWidths.isEmpty { return .direct }
        return factoredBytes(shape) <= memoryBudget ? .factored : .userOnce
    }
}
