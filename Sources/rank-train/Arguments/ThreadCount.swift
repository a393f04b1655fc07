import ArgumentParser
import RankEngine
import RankSystem
import RankTraining

/// A number of threads, or one on each processor that this process may use.
enum ThreadCount: Equatable {
    case exactly(Int)
    case all

    /// Reads `N` or `all`.
    ///
    /// - Throws: `ValidationError` for anything else, and for a number of threads that no command takes.
    init(parsing text: String) throws {
        if text == "all" {
            self = .all
        } else if let count = Int(text), Training.threadCounts.contains(count) {
            self = .exactly(count)
        } else {
            let counts = Training.threadCounts
            throw ValidationError("expected \(counts.lowerBound) to \(counts.upperBound), or all")
        }
    }

    /// The number on this machine.
    var count: Int {
        switch self {
        case .exactly(let count): count
        case .all: min(Processors.available, Training.threadCounts.upperBound)
        }
    }
}

extension ThreadCount: CustomStringConvertible {
    var description: String {
        switch self {
        case .exactly(let count): "\(count)"
        case .all: "all"
        }
    }
}

/// The number of threads that train a network.
struct ThreadArguments: PresetArguments {
    static let presets: [Preset] = [.tutorial, .distilled]

    @Option(
        help: """
            With tutorial or distilled: how many threads train the network, or all for one on each processor; the \
            model is the same with any (default: 1).
            """,
        transform: ThreadCount.init(parsing:)
    )
    var threads: ThreadCount?

    var given: [String] { names(("--threads", threads != nil)) }

    /// The number on this machine.
    var count: Int { threads?.count ?? 1 }
}
