import RankEngine
import RankProtocol
import RankSystem

/// The work of the reload thread at each look.
struct ReloadWork: Sendable {
    let supply: ModelSupply
    let control: WorkerControl
    let software: String
    let limits: FrameLimits
    let log: @Sendable (String) -> Void
    var state: ReloadState
    private var knownJunk: [String]
    /// The file that serves, as it was when it was last seen to be written in place.
    private var knownWriting: FileIdentity?

    init(
        supply: ModelSupply,
        state: ReloadState,
        control: WorkerControl,
        configuration: WorkerConfiguration,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.supply = supply
        self.state = state
        self.control = control
        software = configuration.software
        limits = configuration.limits
        self.log = log
        // The start has logged these.
        knownJunk = supply.source.look().junk
    }

    /// Frees the model that came back, looks at the source, and loads at most one version.
    mutating func run(at now: UInt64) {
        guard control.slot.freeRetired() else { return }
        let listing = supply.source.look()
        if listing.junk != knownJunk {
            knownJunk = listing.junk
            if !knownJunk.isEmpty { log(listing.junkLine(in: supply.source.path)) }
        }
        if let current = state.current, let version = listing.versions.first(where: { $0.path == current.path }),
            version.identity.isSameFile(as: current.identity), version.identity != current.identity,
            version.identity != knownWriting
        {
            knownWriting = version.identity
            let consequence =
                state.isCopied
                ? "the model that was loaded from it keeps serving until the new content proves itself"
                : "the model that was loaded from it has no copy of it (--map-weights, or a plugin, which reads it in "
                    + "its own way), so that its scores may be wrong until the new content proves itself"
            log("\(version.path) was written in place: \(consequence); write a model beside it and rename that over it")
        }
        guard let version = state.next(among: listing.versions, at: now) else { return }
        // No other load is under way, so this is the next one.
        let generation = control.reloads.snapshot.generation &+ 1
        do throws(EngineError) {
            let model = try supply.model(
                at: version.path,
                generation: generation,
                software: software,
                limits: limits
            )
            let milliseconds = (MonotonicClock.nanoseconds() &- now) / 1_000_000
            state.succeeded(version, isCopied: model.isCopied)
            control.reloads.update { $0.lastError = nil }
            log("loaded: generation \(generation), \(model.summary), from \(version.path), in \(milliseconds) ms")
            control.slot.offer(model)
            control.ring()
        } catch {
            let delay = state.failed(version, at: MonotonicClock.nanoseconds()) / 1_000_000_000
            // The log first, so that it has the reason of every failure that STATS counts.
            log(
                "reload refused, the model before keeps serving: \(error.message); next try in \(delay) s, "
                    + "or on a change"
            )
            control.reloads.update { snapshot in
                snapshot.failures += 1
                snapshot.lastError = error.message
            }
        }
    }
}
