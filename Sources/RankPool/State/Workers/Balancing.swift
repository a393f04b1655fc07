/// How a pool chooses a worker among those that may get a request.
///
/// Workers that leave, do not serve, hold another model than the one demanded or asked not to be sent more are passed
/// over by each of them as long as another one is there.
public enum Balancing: String, Hashable, Sendable, CaseIterable {
    /// Of two workers chosen at random, the one that would answer first by what is known of it: its cost per candidate, what
    /// this pool has in flight there, and the backlog that its replies report.
    ///
    /// Source: Mitzenmacher, "The power of two choices in randomized load balancing", 2001.
    case powerOfTwoChoices = "p2c"
    /// One after another, whatever each has to do.
    case roundRobin = "round-robin"
    /// Always the same worker for a user, as long as it is there: for workers that remember users.
    ///
    /// A worker that comes or goes moves only its own share of the users. Source: Thaler and Ravishankar, "Using
    /// name-based mappings to increase hit rates", 1998.
    case rendezvous
}
