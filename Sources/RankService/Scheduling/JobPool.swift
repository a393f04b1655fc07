/// The memory for requests in work, used again and again.
///
/// A request of one slice takes a place and gives it back at once. Longer ones may be interrupted and keep theirs:
/// at most eight at a time, and at most four of them bulk, so that the memory is bounded and bulk work does not keep
/// interactive work out. The others wait for a place, and short ones pass them.
///
/// Belongs to the worker's thread.
final class JobPool {
    /// The most long requests in work.
    static let longCapacity = 8

    /// The most bulk requests among the long ones.
    static let longBulkCapacity = 4

    /// The long requests and one short one.
    static let capacity = longCapacity + 1

    // Unchecked: see ``Scheduler``.
    @safe @exclusivity(unchecked) private var free: [ScoreJob]
    private var longCount = 0
    private var longBulkCount = 0

    /// Makes as many jobs as the capacity says.
    init() {
        free = (0..<Self.capacity).map { _ in ScoreJob() }
    }

    /// The number of requests in work.
    var inUse: Int { Self.capacity - free.count }

    /// Whether a long request may begin.
    func hasRoomForLong(isBulk: Bool) -> Bool {
        longCount < Self.longCapacity && (!isBulk || longBulkCount < Self.longBulkCapacity)
    }

    /// Takes a job for a request that may begin, nil if there is none.
    func take(isLong: Bool, isBulk: Bool) -> ScoreJob? {
        guard let job = free.popLast() else { return nil }
        job.isLong = isLong
        job.isBulk = isBulk
        if isLong {
            longCount += 1
            if isBulk { longBulkCount += 1 }
        }
        return job
    }

    /// Takes a job back.
    func give(_ job: ScoreJob) {
        if job.isLong {
            longCount -= 1
            if job.isBulk { longBulkCount -= 1 }
        }
        job.end()
        free.append(job)
    }
}
