import RankLoad

/// The pattern in which requests leave, as given on the command line.
enum BenchPattern: Sendable {
    case open(rate: Double, spacing: ArrivalSchedule.Spacing)
    case closed(outstanding: Int)

    func pattern(seed: UInt64) -> LoadPattern {
        switch self {
        case .open(let rate, let spacing): .open(ArrivalSchedule(rate: rate, spacing: spacing, seed: seed))
        case .closed(let outstanding): .closed(outstanding: outstanding)
        }
    }
}
