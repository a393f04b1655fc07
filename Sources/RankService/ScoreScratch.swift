/// Memory for a query whose entries are chosen after scoring: it grows with the longest list, and is then reused.
///
/// Belongs to the worker's thread.
@safe
final class ScoreScratch {
    private(set) var scores = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    private(set) var unknown = unsafe UnsafeMutableBufferPointer<Bool>(start: nil, count: 0)
    private(set) var positions = unsafe UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)

    deinit {
        unsafe scores.deallocate()
        unsafe unknown.deallocate()
        unsafe positions.deallocate()
    }

    /// Makes room for a list; what the memory held is lost.
    func reserve(_ count: Int) {
        guard unsafe count > scores.count else { return }
        let capacity = max(count, 1_024)
        unsafe scores.deallocate()
        unsafe unknown.deallocate()
        unsafe positions.deallocate()
        unsafe scores = .allocate(capacity: capacity)
        unsafe unknown = .allocate(capacity: capacity)
        unsafe positions = .allocate(capacity: capacity)
        unsafe scores.initialize(repeating: 0)
        unsafe unknown.initialize(repeating: false)
        unsafe positions.initialize(repeating: 0)
    }
}
