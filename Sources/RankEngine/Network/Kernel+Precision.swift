internal import CRankKernels
import RankSystem

extension Kernel {
    /// The name of the kernels of AVX-512 VNNI, which compute integers alone.
    static let vnni = "avx512-vnni"

    /// Whether the kernel is another than the scalar one.
    var isVectorized: Bool { level != RANK_LEVEL_SCALAR }

    /// The kernel of a name, for a precision.
    ///
    /// - Throws: ``EngineError/Code/kernelUnavailable`` when no kernel has that name, the kernel lacks the precision,
    ///   or this CPU cannot run it.
    public static func named(_ name: String, for precision: Precision = .fp32) throws(EngineError) -> Kernel {
        if precision == .fp32 { return try fp32(named: name) }
        return name == vnni ? try best(for: precision) : try fp32(named: name).computing(precision)
    }

    /// The fastest kernel that this CPU can run in a precision, whatever the model.
    ///
    /// ``scalar`` computes integers on every CPU, but slowly: it is never the default for them.
    ///
    /// - Throws: ``EngineError/Code/kernelUnavailable`` when this CPU runs no kernel but ``scalar`` for integers.
    public static func best(for precision: Precision) throws(EngineError) -> Kernel {
        if precision == .fp32 { return best }
        guard rank_vnni_supported() else {
            throw EngineError(
                .kernelUnavailable,
                "this CPU has no AVX-512 VNNI, which the precision \(precision) is computed with; serve in fp32, or "
                    + "name the kernel scalar, which has the same bits and takes a hundred times as long"
            )
        }
        return Kernel(level: rank_level_best(), precision: precision)
    }

    /// The same kernel in another precision.
    ///
    /// - Throws: ``EngineError/Code/kernelUnavailable`` when the kernel lacks the precision.
    func computing(_ precision: Precision) throws(EngineError) -> Kernel {
        if precision == self.precision { return self }
        if !isVectorized || self.precision != .fp32 && precision != .fp32 {
            return Kernel(level: level, precision: precision)
        }
        guard precision != .fp32 else { throw Self.integersAlone() }
        throw EngineError(
            .kernelUnavailable,
            "the kernel \(self) has no precision \(precision), which the kernels \(Self.vnni) and \(Self.scalar) "
                + "compute; leave the kernel out, or serve in fp32"
        )
    }

    static func integersAlone() -> EngineError {
        let choices = supported.map(\.description).joined(separator: ", ")
        return EngineError(
            .kernelUnavailable,
            "the kernel \(vnni) is one of the precisions int16 and int8; in fp32 this CPU can run \(choices)"
        )
    }
}
