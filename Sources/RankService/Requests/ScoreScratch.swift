/// Memory for a query whose entries are chosen after scoring; grows with the longest list, and is reused.
///
/// Belongs to the worker's thread.
@safe
final class ScoreScratch {
    private(set) var scores = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    private(set) var unknown = unsafe UnsafeMutableBufferPointer<Bool>(start: nil, count: 0)

    deinit {
        unsafe scores.deallocate()
        unsafe unknown.deallocate()
    }

    /// Makes room for a list; previous contents are lost.
    func reserve(_ count: Int) {
        guard unsafe count > scores.count else { return }
        let capacity = max(count, 1_024)
        unsafe scores.deallocate()
        unsafe unknown.deallocate()
        unsafe scores = .allocate(capacity: capacity)
        unsafe unknown = .allocate(capacity: capacity)
        unsafe scores.initialize(repeating: 0)
        unsafe unknown.initialize(repeating: false)
    }
}

/// Memory for the positions of a query's chosen entries; grows with the longest list, and is reused.
///
/// Belongs to the worker's thread.
@safe
final class PositionScratch {
    private(set) var positions = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

    deinit { unsafe positions.deallocate() }

    /// Makes room for a list; previous contents are lost.
    func reserve(_ count: Int) {
        guard unsafe count > positions.count else { return }
        unsafe positions.deallocate()
        unsafe positions = .allocate(capacity: max(count, 1_024))
        unsafe positions.initialize(repeating: 0)
    }
}
