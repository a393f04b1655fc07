/// Times in seconds since 1970, four bytes each while all are from 1970 to 2106 and eight otherwise.
///
/// Reads as a collection of numbers.
public struct Timestamps: Sendable, Equatable, RandomAccessCollection, ExpressibleByArrayLiteral {
    private var narrow: [UInt32] = []
    private var wide: [Int64]?

    /// No times.
    init() {}

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of times.
    public var endIndex: Int { wide?.count ?? narrow.count }

    /// The time of a rating.
    public subscript(position: Int) -> Int64 { wide?[position] ?? Int64(narrow[position]) }

    /// The times of a list.
    public init(arrayLiteral times: Int64...) {
        for time in times { append(time) }
    }

    mutating func reserveCapacity(_ count: Int) {
        if wide == nil { narrow.reserveCapacity(count) } else { wide?.reserveCapacity(count) }
    }

    mutating func append(contentsOf times: UnsafeBufferPointer<Int64>) {
        var bits: Int64 = 0
        for time in times { bits |= time }
        if wide == nil, UInt32(exactly: bits) != nil {
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: times.count) { short in
                for (place, time) in times.enumerated() {
                    short.initializeElement(at: place, to: UInt32(truncatingIfNeeded: time))
                }
                narrow.append(contentsOf: UnsafeBufferPointer(short))
            }
        } else {
            for time in times { append(time) }
        }
    }

    mutating func append(_ time: Int64) {
        if wide == nil, let short = UInt32(exactly: time) {
            narrow.append(short)
        } else {
            if wide == nil {
                wide = narrow.map { Int64($0) }
                narrow = []
            }
            wide?.append(time)
        }
    }

    /// Keeps the times in some places, which ascend.
    mutating func keep(_ places: some Sequence<Int>, count: Int) {
        for (target, source) in places.enumerated() {
            let time = self[source]
            if wide == nil { narrow[target] = UInt32(truncatingIfNeeded: time) } else { wide?[target] = time }
        }
        narrow.removeLast(Swift.max(0, narrow.count - count))
        if let length = wide?.count { wide?.removeLast(length - count) }
    }
}
