import ArgumentParser
import CommandSupport

/// What a worker refuses: too large a request, and one that would wait for too long.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The largest request, such as 4M (default: 1M).", valueName: "bytes"))
    var maxMessage = ByteCountArgument(1 << 20)

    @Option(
        help: ArgumentHelp(
            "How much estimated work may be before an interactive request; others are refused (bulk: 16 times as much).",
            valueName: "time"
        )
    )
    var queueLimit = DurationArgument(.milliseconds(100))

    /// Refuses a limit that is none.
    func check() throws {
        guard queueLimit.duration <= .seconds(3_600) else {
            throw ValidationError("--queue-limit is at most 1h: requests that wait longer are of no use to anybody")
        }
    }

    /// The longest estimated wait of an interactive request, in microseconds.
    var queueLimitMicroseconds: UInt32 { UInt32(exactly: queueLimit.duration / .microseconds(1)) ?? .max }
}
