import Synchronization

/// Why values of the command line were refused.
///
/// A type that reads a value can tell the argument parser no more than that it does not take it; the reason is kept
/// here, by the value, until `CommandOutcome` puts the two together.
public enum ArgumentRefusal {
    private static let reasons = Mutex<[String: String]>([:])

    /// Keeps the reason for which a value is refused.
    ///
    /// - Parameters:
    ///   - value: As it was given.
    ///   - reason: What was found, what was expected and what to do.
    public static func note(_ value: String, _ reason: String) {
        reasons.withLock { $0[value] = reason }
    }

    /// The reason of a value, where there is one.
    static func reason(_ value: String) -> String? {
        reasons.withLock { $0[value] }
    }
}
