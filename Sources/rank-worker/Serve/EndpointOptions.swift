import ArgumentParser
import RankService

/// The endpoints of a worker, and the clients that may reach it.
struct EndpointOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Where clients connect: tcp://HOST:PORT (port * for any that is free) or ipc://PATH.",
            valueName: "endpoint"
        )
    )
    var bind: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The back end of a zmq_proxy to work for. Such a pool answers a request at most once, and may lose it.",
            valueName: "endpoint"
        )
    )
    var connect: [String] = []

    @Option(
        help: ArgumentHelp(
            "Serve /live, /ready and /info over HTTP at HOST:PORT; port 0 takes any that is free.",
            valueName: "address"
        )
    )
    var admin: String?

    @Flag(help: "Bind where other machines can reach it, without encryption or authentication.")
    var insecure = false

    /// Asks for an endpoint where none is given.
    func check() throws {
        if bind.isEmpty && connect.isEmpty {
            throw ValidationError("nothing to serve at: give --bind ENDPOINT, or --connect ENDPOINT for a zmq_proxy")
        }
    }

    /// Refuses the permission to be reached by other machines where nothing asks for it.
    ///
    /// - Parameters:
    ///   - configuration: A worker's configuration, with the endpoints that it binds.
    ///   - admin: The address of its pages.
    /// - Throws: `ValidationError` where every address is within this machine.
    func checkInsecure(_ configuration: WorkerConfiguration, admin: String?) throws {
        guard insecure, !configuration.reachesOthers(admin: admin) else { return }
        throw ValidationError(
            "--insecure allows --bind and --admin to be reached from other machines, and all that is given is within "
                + "this one: leave it out"
        )
    }
}
