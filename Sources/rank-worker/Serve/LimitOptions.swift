import ArgumentParser
import CommandSupport

/// The limits beyond which a worker refuses a request: its size, and its wait.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The largest request, such as 4M (default: 1M).", valueName: "bytes"))
    var maxMessage = ByteCountArgument(1 << 20)

    @Option(
        help: ArgumentHelp(
            """
            How much estimated work may be before an interactive request; others are refused (bulk: 16 times as \
            much).
            """,
            valueName: "time"
        )
    )
    var queueLimit = DurationArgument(.milliseconds(100))

    /// Refuses a limit that makes no sense.
    func check() throws {
        guard queueLimit.duration <= .seconds(3_600) else {
            throw ValidationError("--queue-limit is at most 1h: an answer after a longer wait is of no use")
        }
    }

    /// The longest estimated wait of an interactive request, in microseconds.
    var queueLimitMicroseconds: UInt32 { UInt32(exactly: queueLimit.duration / .microseconds(1)) ?? .max }
}
