/// The choice of a worker among those that may get a request.
///
/// Workers that are leaving, do not serve, hold another model than the one demanded or asked for a pause are passed
/// over by every policy as long as another worker is there.
public enum Balancing: String, Hashable, Sendable, CaseIterable {
    /// Of two workers chosen at random, the one with the earlier estimated answer: by its cost per candidate, the
    /// requests that this pool has in flight there, and the backlog that its replies report.
    ///
    /// Source: Mitzenmacher, "The power of two choices in randomized load balancing", 2001.
    case powerOfTwoChoices = "p2c"
    /// One worker after another, whatever their load.
    case roundRobin = "round-robin"
    /// Always the same worker for a user, as long as that worker is there: for workers that cache users.
    ///
    /// A worker that comes or goes moves only its own share of the users. Source: Thaler and Ravishankar, "Using
    /// name-based mappings to increase hit rates", 1998.
    case rendezvous
}
