internal import CRankKernels

/// What the two first dense layers are computed in.
///
/// ``fp32`` gives the scores of the file. The others are faster and give scores of their own, the same on every CPU and
/// however a list is split, but not those of the file: each is a numeric profile (docs/reference/numerics.md).
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// float32, under every plan.
    case fp32
    /// Activations of 13 bits and weights of 16, from tables: half of the factored plan's bytes.
    case int16
    /// Activations and weights of 8 bits, from tables: a quarter of the factored plan's bytes.
    case int8

    /// How far a score may be from that of fp32 unless told otherwise: 0.01, on the label's scale.
    public static let defaultErrorLimit: Float = 0.01

    /// The bytes of tables that a model takes; 0 for fp32, whose plan decides.
    public func tableBytes(_ shape: ModelShape) -> Int {
        guard let integers, let width = shape.layerWidths.first else { return 0 }
        return (shape.userRows + shape.candidateRows) * rank_quantized_row_bytes(integers, UInt32(width))
    }

    /// The precision as the kernels number it; nil for fp32.
    var integers: rank_precision? {
        switch self {
        case .fp32: nil
        case .int16: RANK_PRECISION_INT16
        case .int8: RANK_PRECISION_INT8
        }
    }

    /// Checks that a model has layers to compute in a reduced precision, and that their tables fit.
    ///
    /// - Throws: ``EngineError/Code/precisionRefused`` or ``EngineError/Code/budgetTooSmall``.
    func check(_ shape: ModelShape, plan: ScoringPlan?, memoryBudget: Int) throws(EngineError) {
        guard plan ?? .factored == .factored else {
            throw EngineError(
                .precisionRefused,
                "the precision \(self) has tables of its own, of the plan factored; leave the plan out, or serve in fp32"
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
                "the precision \(self) counts on relu behind every layer, and this model is \(shape.summary); serve it in "
                    + "fp32"
            )
        }
        let bytes = tableBytes(shape)
        guard bytes <= memoryBudget else {
            throw EngineError(
                .budgetTooSmall,
                "the precision \(self) needs \(bytes) bytes of tables for \(shape.userRows) users' and "
                    + "\(shape.candidateRows) candidates' rows, and the memory budget is \(memoryBudget) bytes; raise the "
                    + "budget, or serve in fp32"
            )
        }
    }
}
