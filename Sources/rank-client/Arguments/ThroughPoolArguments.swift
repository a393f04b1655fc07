import ArgumentParser
import RankCore
import RankPool

/// The options of `bench` for a load through the pool.
struct ThroughPoolArguments: ParsableArguments {
    @Flag(help: "Make calls through the pool, as a backend would; the options from --balance to --check need this.")
    var throughPool = false

    @OptionGroup var sending: SendingArguments

    @Flag(help: "At the deadline, take what has been scored; the rest stands last.")
    var partial = false

    @Flag(help: "Wait for a worker, up to the deadline, where none can be reached.")
    var waitReady = false

    @Option(help: "Split each list into at least so many parts; by default where it is faster.")
    var split: Int?

    @Flag(
        help: "Hold every complete answer against the first one to the same request from the same model, bit for bit."
    )
    var check = false

    func validate() throws {
        if let split, !(1...1_000).contains(split) { throw ValidationError("--split is \(split); expected 1 to 1000") }
        guard !throughPool else { return }
        guard sending.given.isEmpty, !partial, !waitReady, split == nil, !check else {
            throw ValidationError(
                "--balance, --attempts, --window, --hedge, --partial, --wait-ready, --split and --check "
                    + "are a pool's: add --through-pool"
            )
        }
    }

    var callOptions: CallOptions {
        CallOptions(unknownIDs: .fallback, allowsPartial: partial, waitsForReady: waitReady, parts: split)
    }
}
