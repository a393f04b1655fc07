package import CRankKernels
public import RankCore
import RankSystem

/// A family of scoring kernels.
///
/// Kernels of one ``profile`` give the same bits; they differ in speed.
public struct Kernel: Sendable, Hashable, CustomStringConvertible {
    package let level: rank_level
    /// Whether units of the first layer that are 0 for several candidates in a row are skipped, under every plan but
    /// direct.
    ///
    /// Faster where enough units are 0; see ``LiveUnits``.
    let skipsDeadUnits: Bool
    /// The precision of the first two dense layers.
    let precision: Precision

    init(level: rank_level, skipsDeadUnits: Bool = false, precision: Precision = .fp32) {
        self.level = level
        self.skipsDeadUnits = skipsDeadUnits && Self.canSkip(level) && precision == .fp32
        self.precision = precision
    }

    /// The oracle: one operation at a time, in order.
    ///
    /// Runs everywhere.
    public static let scalar = Kernel(level: rank_level(RANK_LEVEL_SCALAR))

    /// Vectors without fused multiply-add, which every CPU can run: scores of the profile `fp32-unfused`.
    public static let portable = Kernel(level: rank_level(RANK_LEVEL_PORTABLE))

    /// The kernels that this CPU can run.
    public static var supported: [Kernel] {
        (0..<rank_level_count()).filter(rank_level_supported).flatMap { level in
            let kernel = Kernel(level: level)
            return canSkip(level) ? [kernel, kernel.skipping] : [kernel]
        }
    }

    /// The fastest kernel that this CPU can run, whatever the model.
    public static var best: Kernel { Kernel(level: rank_level_best()) }

    /// The numeric profile of the scores.
    public var profile: NumericProfile {
        switch precision {
        case .fp32: rank_level_fuses(level) ? .fp32FMA : .fp32Unfused
        case .int16: .int16FMA
        case .int8: .int8FMA
        }
    }

    /// The kernel's name: `scalar`, `portable`, `neon`, `avx2`, `avx512` or `avx512-skip`, and `avx512-vnni` for
    /// integers.
    public var description: String {
        if precision != .fp32 && isVectorized { return Self.vnni }
        return unsafe String(cString: rank_level_name(level)) + (skipsDeadUnits ? Self.skipSuffix : "")
    }

    /// The kernel of a name, for fp32.
    static func fp32(named name: String) throws(EngineError) -> Kernel {
        let choices = supported.map(\.description).joined(separator: ", ")
        guard name != vnni else { throw integersAlone() }
        let skips = name.hasSuffix(skipSuffix)
        var level: rank_level = 0
        guard unsafe rank_level_named(skips ? String(name.dropLast(skipSuffix.count)) : name, &level),
            !skips || canSkip(level)
        else {
            throw EngineError(.kernelUnavailable, "there is no kernel \"\(name)\"; this CPU can run \(choices)")
        }
        guard rank_level_supported(level) else {
            throw EngineError(.kernelUnavailable, "this CPU cannot run the kernel \(name); it can run \(choices)")
        }
        return Kernel(level: level, skipsDeadUnits: skips)
    }

    // MARK: Dead units

    private static let skipSuffix = "-skip"

    private static func canSkip(_ level: rank_level) -> Bool { rank_level_skips_dead_units(level) }

    /// The same kernel, skipping dead units if it can.
    var skipping: Kernel { Kernel(level: level, skipsDeadUnits: true) }

    /// The same kernel, or the oracle where this one cannot fuse.
    package var fused: Kernel { profile == .fp32FMA ? self : .scalar }

    /// The same kernel, summing dead units like live ones.
    package var dense: Kernel { Kernel(level: level) }
}
