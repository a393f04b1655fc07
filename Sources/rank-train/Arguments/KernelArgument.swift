import ArgumentParser
import CommandSupport
import RankEngine

/// The choice of a kernel, which changes speed and no bit of any result.
///
/// The exception is `portable`, whose scores are of another profile; it trains like `scalar`.
struct KernelArgument: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kernel: \(Kernel.supported.map(\.description).joined(separator: ", ")) "
                + "(default: what RANK_KERNEL says, else the fastest)."
        )
    )
    var kernel: String?

    /// The kernel to use.
    var chosen: Kernel {
        get throws(EngineError) { if let kernel = try named(for: .fp32) { kernel } else { .best } }
    }

    /// The kernel that the option names, or RANK_KERNEL; nil for the fastest.
    func named(for precision: Precision) throws(EngineError) -> Kernel? {
        guard let name = KernelName.chosen(kernel) else { return nil }
        return try Kernel.named(name, for: precision)
    }
}
