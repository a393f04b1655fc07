/// The way to the best of a list, which gives the same entries either way: ids, order and score bits.
///
/// docs/reference/certified-top-k.md has the proof.
public enum TopKPlan: String, Sendable, Hashable, CaseIterable {
    /// ``certified`` where that was measured to be faster when the ranker was made, else ``plain``.
    case auto
    /// Upper bounds in integers leave out candidates that are certainly not among the best.
    case certified
    /// Every candidate is scored.
    case plain
}

/// The way to the best of a list that a ranker goes, and why.
public struct TopKChoice: Sendable, Hashable, CustomStringConvertible {
    /// ``TopKPlan/certified`` or ``TopKPlan/plain``.
    public let plan: TopKPlan
    /// The measured time of a list as a share of plain scoring, or the reason for plain scoring.
    public let detail: String

    /// The plan and its detail, such as `certified, 0.23 of the time of plain scoring`.
    public var description: String { detail.isEmpty ? plan.rawValue : "\(plan.rawValue), \(detail)" }
}
