import RankSystem

/// Reserves descriptors for the admin pages and for loads of models, which must go on when connections have taken all
/// others.
///
/// Belongs to one thread.
struct DescriptorKeeper: ~Copyable {
    /// The descriptors in reserve, unless the limit is very low.
    private static let mostReserved = 24

    /// The descriptors that must be free beside the reserve before connections are accepted again, unless the limit is
    /// very low.
    private static let mostMargin = 8

    /// The descriptors that must be free before another connection is accepted, unless the limit is very low: one for
    /// the connection, one for an admin page.
    private static let mostFree = 2

    private let status: DescriptorStatus
    private let canWait: Bool
    private var reserve: SpareDescriptors
    private let wanted: Int
    private let free: Int
    private let margin: Int
    private var shortage = DescriptorShortage()

    /// Takes the reserve.
    ///
    /// - Parameters:
    ///   - status: Takes note of pauses.
    ///   - canWait: Whether connections can be kept waiting.
    init(status: DescriptorStatus, canWait: Bool) {
        self.status = status
        self.canWait = canWait
        var reserve = SpareDescriptors(capacity: Self.mostReserved + Self.mostMargin)
        let isPlenty = Self.fill(&reserve, to: Self.mostReserved + Self.mostMargin)
        // Of few descriptors, half are for clients.
        wanted = isPlenty ? min(Self.mostReserved, OpenFiles.limit / 4) : reserve.count / 2
        free = max(1, min(Self.mostFree, reserve.count - wanted))
        margin = min(Self.mostMargin, max(free, (reserve.count - wanted) / 4))
        reserve.cut(to: wanted)
        self.reserve = reserve
    }

    /// Whether no connections are accepted.
    var isPaused: Bool { shortage.isPaused }

    /// Whether there is a shortage.
    var isShort: Bool { shortage.isShort }

    /// Looks whether enough descriptors are free.
    ///
    /// Takes about 5 µs if nothing has changed.
    ///
    /// - Parameters:
    ///   - now: The time, in nanoseconds.
    ///   - log: Takes one line when a shortage begins and one when it is over.
    /// - Returns: Whether another connection may be accepted.
    mutating func look(at now: UInt64, log: (String) -> Void) -> Bool {
        let isEnough = Self.fill(&reserve, to: wanted + (shortage.isPaused ? margin : free))
        let (step, news) = shortage.look(isEmpty: !isEnough, hasRoom: isEnough, at: now)
        if step != .nothing { status.note(isAccepting: step == .resume) }
        reserve.cut(to: shortage.isPaused ? 0 : wanted)
        if let news { log(line(news)) }
        return !shortage.isPaused
    }

    private func line(_ news: DescriptorShortage.News) -> String {
        switch news {
        case .began:
            let consequence =
                canWait
                ? "new connections wait until others end, open ones are served"
                : "connections that cannot be accepted keep a thread busy"
            return "out of file descriptors, \(OpenFiles.limit) of which may be open: \(consequence); "
                + "raise the limit of open files (ulimit -n, LimitNOFILE), or have fewer clients"
        case .ended(let nanoseconds, let pauses):
            return
                "file descriptors are available again after \(nanoseconds / 1_000_000_000) s; connections were not "
                + "accepted \(pauses == 1 ? "once" : "\(pauses) times") meanwhile"
        }
    }

    /// Opens descriptors up to a count; false if they have run out.
    private static func fill(_ reserve: inout SpareDescriptors, to count: Int) -> Bool {
        (try? reserve.fill(to: count)) != nil
    }
}
