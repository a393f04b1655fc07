import ArgumentParser
import RankPool

/// The options for spreading a command's requests over the workers.
struct SendingArguments: ParsableArguments {
    @Option(
        help: """
            How a worker is chosen: p2c (of two at random the one that answers first by what is known), \
            round-robin, or rendezvous (a user always gets the same one) (default: p2c).
            """
    )
    var balance: BalanceArgument?

    @Option(
        help: "How many times a request is sent at most, if workers are lost, leave or are overloaded (default: 3)."
    )
    var attempts: Int?

    @Option(
        help: ArgumentHelp(
            "The most requests in flight at one worker; the others wait in the client. off = no bound (default: 256).",
            valueName: "count"
        ),
        transform: WindowArgument.init(parsing:)
    )
    var window: WindowArgument?

    @Flag(
        help: "Send a request that is late to a second worker as well, at most one of twenty; the first answer counts."
    )
    var hedge = false

    func validate() throws {
        if let attempts, attempts < 1 { throw ValidationError("--attempts is \(attempts); expected 1 or more") }
    }

    /// The pool's behaviour.
    func configuration(
        deadline: Duration = RankPool.Configuration.default.deadline
    ) throws(PoolError) -> RankPool.Configuration {
        try RankPool.Configuration(
            deadline: deadline,
            attempts: attempts ?? RankPool.Configuration.default.attempts,
            balancing: balance?.policy ?? .powerOfTwoChoices,
            window: window?.window ?? .default,
            hedging: hedge ? .afterPercentile(0.95) : .off
        )
    }

    /// The names of those that were given.
    var given: [String] {
        let options = [
            ("--balance", balance != nil), ("--attempts", attempts != nil), ("--window", window != nil),
            ("--hedge", hedge),
        ]
        return options.filter(\.1).map(\.0)
    }

    /// Refuses options that take two workers where there can be one only.
    func check(for workers: EndpointList) throws {
        guard workers.isOneWorker, let name = given.first(where: { ["--balance", "--hedge"].contains($0) })
        else { return }
        throw ValidationError("\(name) chooses among workers, and --workers names one: leave it out, or name more")
    }
}

/// A policy by its name.
enum BalanceArgument: String, ExpressibleByArgument, CaseIterable {
    case p2c
    case roundRobin = "round-robin"
    case rendezvous

    var policy: Balancing {
        switch self {
        case .p2c: .powerOfTwoChoices
        case .roundRobin: .roundRobin
        case .rendezvous: .rendezvous
        }
    }
}

/// A count of requests, or `off`.
struct WindowArgument: CustomStringConvertible {
    let window: CreditWindow

    init(_ window: CreditWindow) {
        self.window = window
    }

    init(parsing argument: String) throws {
        if argument == "off" {
            window = .unlimited
        } else if let requests = Int(argument), requests > 0 {
            window = try CreditWindow(requests: requests)
        } else {
            throw ValidationError("expected a count of requests, 1 or more, or off")
        }
    }

    var description: String { "\(window.requests)" }
}
