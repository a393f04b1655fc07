internal import CRankKernels

/// The precision of the first two dense layers.
///
/// ``fp32`` gives the scores of the file. The others are faster. Each has a numeric profile of its own
/// (docs/reference/numerics.md): its scores are the same on every CPU and for every split of a list, but not those of
/// the file.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// float32, under every plan.
    case fp32
    /// Activations of 13 bits and weights of 16, from tables: half of the factored plan's bytes.
    case int16
    /// Activations and weights of 8 bits, from tables: a quarter of the factored plan's bytes.
    case int8

    /// The default limit of the difference between a score and that of fp32: 0.01, on the label's scale.
    public static let defaultErrorLimit: Float = 0.01

    /// The bytes of a model's tables; 0 for fp32, whose tables depend on the plan.
    public func tableBytes(_ shape: ModelShape) -> Int {
        guard let integers, let width = shape.layerWidths.first else { return 0 }
        return (shape.userRows + shape.candidateRows) * rank_quantized_row_bytes(integers, UInt32(width))
    }

    /// The precision's number in the kernels; nil for fp32.
    var integers: rank_precision? {
        switch self {
        case .fp32: nil
        case .int16: RANK_PRECISION_INT16
        case .int8: RANK_PRECISION_INT8
        }
    }

    /// Checks that a model has layers to compute in a reduced precision, and that the tables fit.
    ///
    /// - Throws: ``EngineError/Code/precisionRefused`` or ``EngineError/Code/budgetTooSmall``.
    func check(_ shape: ModelShape, plan: ScoringPlan?, memoryBudget: Int) throws(EngineError) {
        guard plan ?? .factored == .factored else {
            throw EngineError(
                .precisionRefused,
                "the precision \(self) has tables of its own, of the plan factored; leave the plan out, or serve in "
                    + "fp32"
            )
        }
        guard shape.layerWidths.count > 2 else {
            throw EngineError(
                .precisionRefused,
                "the precision \(self) is of use for a model with two hidden layers or more, and this one is "
                    + "\(shape.summary); serve it in fp32"
            )
        }
        guard shape.isReLUThroughout else {
            throw EngineError(
                .precisionRefused,
                "the precision \(self) counts on relu behind every layer, and this model is \(shape.summary); serve it "
                    + "in fp32"
            )
        }
        let bytes = tableBytes(shape)
        guard bytes <= memoryBudget else {
            throw EngineError(
                .budgetTooSmall,
                "the precision \(self) needs \(bytes) bytes of tables for \(shape.userRows) users' and "
                    + "\(shape.candidateRows) candidates' rows, and the memory budget is \(memoryBudget) bytes; raise "
                    + "the budget, or serve in fp32"
            )
        }
    }
}
