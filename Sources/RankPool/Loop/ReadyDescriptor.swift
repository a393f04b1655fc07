/// A descriptor that the pool's thread waits for, and that may be readable.
enum ReadyDescriptor: Equatable {
    /// Other threads have posted commands.
    case commands
    /// A worker's socket may have received.
    case socket(LinkID)
    /// A worker's connection may have changed.
    case monitor(LinkID)

    /// The name of the descriptor in the set.
    var name: UInt64 {
        switch self {
        case .commands: 0
        case .socket(let link): 1 + 2 * UInt64(link.index)
        case .monitor(let link): 2 + 2 * UInt64(link.index)
        }
    }

    /// The descriptor with a name.
    init(name: UInt64) {
        let link = LinkID(Int((max(name, 1) - 1) / 2))
        self = name == 0 ? .commands : name.isMultiple(of: 2) ? .monitor(link) : .socket(link)
    }
}
