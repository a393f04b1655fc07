internal import CRankKernels

extension Kernel {
    /// The name of the kernels of AVX-512 VNNI, which score integers alone.
    static let vnni = "avx512-vnni"

    /// Whether it is anything but the scalar kernel.
    var isVectorized: Bool { level != RANK_LEVEL_SCALAR }

    /// The kernel to score in a precision with: the one named by `name`, else by the environment's `RANK_KERNEL`, else
    /// the best for fp32, and `avx512-vnni` for the others.
    ///
    /// `scalar` runs everywhere, and has to be asked for where it would compute integers: it is slow.
    ///
    /// - Throws: ``EngineError/Code/kernelUnavailable`` when it has no such precision, or this CPU cannot run it.
    public static func chosen(_ name: String? = nil, for precision: Precision) throws(EngineError) -> Kernel {
        if precision == .fp32 { return try chosen(name) }
        let name = name ?? System.environment("RANK_KERNEL") ?? ""
        switch name {
        case "", vnni:
            guard rank_vnni_supported() else {
                throw EngineError(
                    .kernelUnavailable,
                    "this CPU has no AVX-512 VNNI, which the precision \(precision) is computed with; serve in fp32, or "
                        + "name the kernel scalar, which has the same bits and takes a hundred times as long"
                )
            }
            return Kernel(level: rank_level_best(), precision: precision)
        case scalar.description:
            return Kernel(level: rank_level(RANK_LEVEL_SCALAR), precision: precision)
        default:
            // What is no kernel at all is told as such.
            let kernel = try named(name)
            throw EngineError(
                .kernelUnavailable,
                "the kernel \(kernel) has no precision \(precision), which the kernels \(vnni) and \(scalar) compute; leave "
                    + "the kernel out, or serve in fp32"
            )
        }
    }
}
