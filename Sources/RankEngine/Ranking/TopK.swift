/// Picks the best of a scored list in the order of docs/reference/numerics.md: score descending, then id ascending,
/// then position ascending.
///
/// Keeps its memory between lists: a selection allocates only when a list is longer than any before. One thread at a
/// time.
@safe public final class TopK {
    /// A key for each entry kept: the score's rank in the upper half (smaller is better), the position in the lower.
    private var keys: UnsafeMutableBufferPointer<UInt64>

    /// Makes room for results of up to `capacity` entries; more room is made when a larger one is asked for.
    public init(capacity: Int = 0) {
        unsafe keys = .allocate(capacity: max(capacity, 0))
    }

    deinit {
        unsafe keys.deallocate()
    }

    /// Selects the best `k` candidates, all of them when there are fewer.
    ///
    /// Every score counts as a number; NaN has no place among scores, and −∞ is that of a candidate which
    /// ``Ranker/scoreBest(_:candidates:omitsUnknown:best:scores:unknown:)`` left out: never selected. No memory is taken beyond `k` keys.
    ///
    /// - Complexity: O(n log k)
    ///
    /// - Parameters:
    ///   - k: How many are wanted; 0 or less gives none.
    ///   - scores: The scores of positions 0..<n.
    ///   - ids: The ids of the same positions, to order equal scores.
    ///   - excluded: True at positions that must not be selected, as long as `scores`; nil excludes none.
    ///   - positions: Written, best first; room for min(k, n) entries, of which only so many are used as it has.
    /// - Returns: How many positions were written.
    public func select(
        _ k: Int,
        scores: UnsafeBufferPointer<Float>,
        ids: RankQuery.Candidates,
        excluding excluded: UnsafeBufferPointer<Bool>? = nil,
        into positions: UnsafeMutableBufferPointer<UInt32>
    ) -> Int {
        let count = unsafe min(scores.count, ids.count)
        let room = max(min(k, count, positions.count), 0)
        guard room > 0 else { return 0 }
        reserve(room)
        var size = 0
        for position in 0..<count {
            if unsafe scores[position] == -.infinity || excluded?[position] ?? false { continue }
            let key = unsafe Self.key(scores[position], position)
            if size < room {
                unsafe keys[size] = key
                size += 1
                if size == room {
                    for root in stride(from: size / 2 - 1, through: 0, by: -1) { unsafe siftDown(root, size, ids) }
                }
            } else if unsafe isBefore(key, keys[0], ids) {
                unsafe keys[0] = key
                unsafe siftDown(0, size, ids)
            }
        }
        if size < room {
            for root in stride(from: size / 2 - 1, through: 0, by: -1) { unsafe siftDown(root, size, ids) }
        }
        // The root is the worst: take it away to the end, again and again.
        for end in stride(from: size - 1, to: 0, by: -1) {
            unsafe keys.swapAt(0, end)
            unsafe siftDown(0, end, ids)
        }
        for index in 0..<size { unsafe positions[index] = UInt32(truncatingIfNeeded: keys[index]) }
        return size
    }

    /// Restores the heap below `root`: no entry comes after its parent in the order.
    private func siftDown(_ root: Int, _ size: Int, _ ids: RankQuery.Candidates) {
        var parent = root
        let key = unsafe keys[root]
        while true {
            var child = 2 * parent + 1
            if child >= size { break }
            if unsafe child + 1 < size && isBefore(keys[child], keys[child + 1], ids) { child += 1 }
            if unsafe !isBefore(key, keys[child], ids) { break }
            unsafe keys[parent] = keys[child]
            parent = child
        }
        unsafe keys[parent] = key
    }

    private func reserve(_ count: Int) {
        guard unsafe count > keys.count else { return }
        unsafe keys.deallocate()
        unsafe keys = .allocate(capacity: count)
    }

    /// Whether the entry of `left` comes before that of `right`.
    @inline(__always)
    private func isBefore(_ left: UInt64, _ right: UInt64, _ ids: RankQuery.Candidates) -> Bool {
        if left >> 32 != right >> 32 { return left < right }
        return unsafe Self.isBeforeByID(left, right, ids)
    }

    private static func isBeforeByID(_ left: UInt64, _ right: UInt64, _ ids: RankQuery.Candidates) -> Bool {
        let (leftPosition, rightPosition) = (Int(left & 0xFFFF_FFFF), Int(right & 0xFFFF_FFFF))
        switch unsafe ids {
        case .numbers(let bytes):
            let leftID = unsafe RankQuery.Candidates.number(bytes, leftPosition)
            let rightID = unsafe RankQuery.Candidates.number(bytes, rightPosition)
            if leftID != rightID { return leftID < rightID }
        case .texts(let offsets, let text):
            guard let leftID = unsafe RankQuery.Candidates.text(offsets: offsets, text: text, leftPosition),
                let rightID = unsafe RankQuery.Candidates.text(offsets: offsets, text: text, rightPosition)
            else { break }
            if unsafe !leftID.elementsEqual(rightID) { return unsafe leftID.lexicographicallyPrecedes(rightID) }
        }
        return leftPosition < rightPosition
    }

    @inline(__always)
    private static func key(_ score: Float, _ position: Int) -> UInt64 {
        // IEEE 754 numbers order as their bits do once negative ones are mirrored; then larger scores come first.
        // Adding zero makes zeros of both signs the same.
        let bits = (score + 0).bitPattern
        let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return UInt64(~ascending) << 32 | UInt64(truncatingIfNeeded: position)
    }
}
