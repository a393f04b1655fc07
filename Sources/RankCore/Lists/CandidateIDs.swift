/// Ids of candidates, all of one kind.
public enum CandidateIDs: Hashable, Sendable {
    /// Numbers of 64 bits.
    case numbers([UInt64])
    /// Texts of 1 to 65,535 bytes.
    case texts([String])

    /// The number of ids.
    public var count: Int {
        switch self {
        case .numbers(let numbers): numbers.count
        case .texts(let texts): texts.count
        }
    }
}
