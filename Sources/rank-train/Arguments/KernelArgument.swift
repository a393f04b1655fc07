import ArgumentParser
import RankEngine

/// The choice of a kernel, which changes speed and no bit of any result.
///
/// But for `portable`, whose scores are of another profile; it trains like `scalar`.
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
        get throws(EngineError) { try Kernel.chosen(kernel) }
    }
}
