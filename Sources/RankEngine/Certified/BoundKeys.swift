/// The candidates of a list in the order of their bounds, as far as that is needed.
///
/// Keeps its memory between lists: for one thread at a time.
@safe final class BoundKeys {
    /// U + B1·r of each candidate; −∞ for one that is scored, or left out by its caller.
    private(set) var upper = unsafe UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    /// Bounds with their places.
    private var keys = unsafe UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)

    deinit {
        unsafe upper.deallocate()
        unsafe keys.deallocate()
    }

    /// Makes room for `capacity` candidates; previous contents are lost.
    func reserve(_ capacity: Int) {
        guard unsafe capacity > upper.count else { return }
        unsafe upper.deallocate()
        unsafe upper = .allocate(capacity: capacity)
        unsafe keys.deallocate()
        unsafe keys = .allocate(capacity: capacity)
    }

    /// The place of a gathered candidate in its list.
    @inline(__always)
    func place(at index: Int) -> Int { unsafe Self.place(keys[index]) }

    /// Gathers the candidates of the `wanted` highest bounds; returns their number.
    func gatherHighest(_ wanted: Int, of count: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress, let upper = unsafe self.upper.baseAddress else { return 0 }
        // The root is the lowest of the highest: keys are inverted meanwhile.
        var size = 0
        var floor = -Float.infinity
        for place in 0..<count {
            let bound = unsafe upper[place]
            if bound <= floor { continue }
            let key = ~Self.key(bound, place)
            if size < wanted {
                unsafe keys[size] = key
                size += 1
                if size < wanted { continue }
                unsafe Self.heapify(keys, size)
            } else {
                unsafe keys[0] = key
                unsafe Self.siftDown(keys, 0, size)
            }
            unsafe floor = upper[Self.place(~keys[0])]
        }
        for index in 0..<size { unsafe keys[index] = ~keys[index] }
        return size
    }

    /// Gathers the candidates whose bounds are from `least` on; returns their number.
    func gather(from least: Float, of count: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress, let upper = unsafe self.upper.baseAddress else { return 0 }
        let floor = max(least, -.greatestFiniteMagnitude)
        var size = 0
        for place in 0..<count {
            let bound = unsafe upper[place]
            if bound < floor { continue }
            unsafe keys[size] = Self.key(bound, place)
            size += 1
        }
        return size
    }

    /// Gives the first `count` gathered candidates other bounds, `bounds`, and keeps those whose bounds are from
    /// `least` on; returns their number.
    func replace(_ count: Int, by bounds: UnsafePointer<Float>, from least: Float) -> Int {
        guard let keys = unsafe self.keys.baseAddress, let upper = unsafe self.upper.baseAddress else { return 0 }
        var kept = 0
        for index in 0..<count {
            let place = unsafe Self.place(keys[index])
            let bound = unsafe bounds[index]
            unsafe upper[place] = bound
            if bound < least { continue }
            unsafe keys[kept] = Self.key(bound, place)
            kept += 1
        }
        return kept
    }

    /// Puts the higher half of the gathered candidates last; returns the number of the others.
    func raiseHigherHalf(_ size: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress else { return 0 }
        unsafe Self.heapify(keys, size)
        let lower = size / 2
        for end in stride(from: size - 1, through: lower, by: -1) {
            unsafe swap(&keys[0], &keys[end])
            unsafe Self.siftDown(keys, 0, end)
        }
        return lower
    }

    /// Keeps those of the first gathered candidates whose bounds are from `least` on; returns their number.
    func keep(from least: Float, of size: Int) -> Int {
        guard let keys = unsafe self.keys.baseAddress else { return 0 }
        var kept = 0
        for index in 0..<size {
            let key = unsafe keys[index]
            if unsafe upper[Self.place(key)] < least { continue }
            unsafe keys[kept] = key
            kept += 1
        }
        return kept
    }

    private static func heapify(_ keys: UnsafeMutablePointer<UInt64>, _ size: Int) {
        for root in stride(from: size / 2 - 1, through: 0, by: -1) { unsafe siftDown(keys, root, size) }
    }

    /// Restores the heap below `root`: no key is smaller than its children.
    private static func siftDown(_ keys: UnsafeMutablePointer<UInt64>, _ root: Int, _ size: Int) {
        var parent = root
        let key = unsafe keys[root]
        while true {
            var child = 2 * parent + 1
            if child >= size { break }
            if unsafe child + 1 < size && keys[child] < keys[child + 1] { child += 1 }
            if unsafe key >= keys[child] { break }
            unsafe keys[parent] = keys[child]
            parent = child
        }
        unsafe keys[parent] = key
    }

    /// A key that orders as the bound does, with the place in its lower half.
    @inline(__always)
    private static func key(_ bound: Float, _ place: Int) -> UInt64 {
        let bits = (bound + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return UInt64(ascending) << 32 | UInt64(truncatingIfNeeded: place)
    }

    @inline(__always)
    private static func place(_ key: UInt64) -> Int { Int(key & 0xFFFF_FFFF) }
}
