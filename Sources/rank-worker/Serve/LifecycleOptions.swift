import ArgumentParser
import CommandSupport

/// The number of processes that serve, and the end of each.
struct LifecycleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long a worker that is asked to end serves on.", valueName: "time"))
    var drainGrace = DurationArgument(.zero)

    @Option(help: ArgumentHelp("When a worker that is asked to end has ended at the latest.", valueName: "time"))
    var drainMax = DurationArgument(.seconds(25))

    @Option(
        help: ArgumentHelp(
            """
            Run so many workers and keep them running; --bind and --admin then take ranges of ports, or {n} in a \
            path.
            """,
            valueName: "count"
        )
    )
    var processes: Int?

    /// This process is one of several: its command line comes from their supervisor.
    @Flag(help: .private)
    var supervised = false

    /// Refuses numbers that make no sense.
    func check() throws {
        if let processes, !(1...256).contains(processes) {
            throw ValidationError("--processes \(processes): expected 1 to 256")
        }
        guard drainGrace.duration <= drainMax.duration else {
            throw ValidationError("--drain-grace is longer than --drain-max, by which a worker has ended")
        }
    }

    /// The time for which a stopping worker serves on (ms).
    var drainGraceMilliseconds: UInt32 { Self.milliseconds(drainGrace) }

    /// When a stopping worker has ended at the latest, in milliseconds after it was asked to.
    var drainMaximumMilliseconds: UInt32 { Self.milliseconds(drainMax) }

    /// A length of time, cut to what fits.
    private static func milliseconds(_ time: DurationArgument) -> UInt32 {
        UInt32(min(time.duration / .milliseconds(1), Double(UInt32.max)))
    }
}
