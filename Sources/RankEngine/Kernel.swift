internal import CRankKernels

/// A family of scoring kernels.
///
/// All give the same bits; they differ in speed.
public struct Kernel: Sendable, Hashable, CustomStringConvertible {
    let level: rank_level

    /// The oracle: one operation at a time, in order.
    ///
    /// Runs everywhere.
    public static let scalar = Kernel(level: RANK_LEVEL_SCALAR)

    /// The kernels that this CPU can run, the slowest first.
    public static var supported: [Kernel] {
        (0..<UInt32(RANK_LEVEL_COUNT)).map { rank_level(rawValue: $0) }.filter(rank_level_supported).map(Kernel.init)
    }

    /// The fastest kernel that this CPU can run.
    public static var best: Kernel { Kernel(level: rank_level_best()) }

    /// The kernel's name: `scalar`, `neon`, `avx2` or `avx512`.
    public var description: String { unsafe String(cString: rank_level_name(level)) }

    /// The kernel of a name.
    ///
    /// - Throws: ``EngineError/Code/kernelUnavailable`` when there is none of that name, or this CPU cannot run it.
    public static func named(_ name: String) throws(EngineError) -> Kernel {
        let choices = supported.map(\.description).joined(separator: ", ")
        var level = RANK_LEVEL_SCALAR
        guard unsafe rank_level_named(name, &level) else {
            throw EngineError(.kernelUnavailable, "there is no kernel \"\(name)\"; this CPU can run \(choices)")
        }
        guard rank_level_supported(level) else {
            throw EngineError(.kernelUnavailable, "this CPU cannot run the kernel \(name); it can run \(choices)")
        }
        return Kernel(level: level)
    }

    /// The kernel to run: the one named by `name`, else by the environment's `RANK_KERNEL`, else the best.
    public static func chosen(_ name: String? = nil) throws(EngineError) -> Kernel {
        guard let name = name ?? System.environment("RANK_KERNEL"), !name.isEmpty else { return best }
        return try named(name)
    }
}

// `rank_level` is a C enumeration: a number.
extension Kernel {
    /// Two kernels are one when they are of one level.
    public static func == (left: Kernel, right: Kernel) -> Bool {
        left.level.rawValue == right.level.rawValue
    }

    /// Hashes the level's number.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(level.rawValue)
    }
}
