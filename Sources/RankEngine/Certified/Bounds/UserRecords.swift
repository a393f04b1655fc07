internal import CRankKernels

/// Records of users, each made with the user's first list and kept until another user takes its place.
///
/// Bounded memory: a user has one place, which others share where there are more users than places.
@safe final class UserRecords {
    /// The most bytes of all records of bounds that keep one number of outputs.
    private static let mostBytes = 16 << 20

    private let recordBytes: Int
    private let memory: UnsafeMutableRawBufferPointer
    /// The user whose record is at each place; none at first.
    private var owners: [UInt32]
    private var proved: [Bool]

    /// The bytes of the records of a model.
    static func byteCount(users: Int, rowBytes: Int, kept: Int) -> Int {
        let bytes = rank_record_bytes(rowBytes, UInt32(kept))
        return places(users, bytes) * bytes
    }

    init(users: Int, rowBytes: Int, kept: Int) {
        recordBytes = rank_record_bytes(rowBytes, UInt32(kept))
        let places = Self.places(users, recordBytes)
        unsafe memory = .allocate(byteCount: places * recordBytes, alignment: 64)
        owners = [UInt32](repeating: .max, count: places)
        proved = [Bool](repeating: false, count: places)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// The place of a user's record, and whether the record is there.
    func place(of user: UInt32) -> (place: Int, isKnown: Bool) {
        let place = Int(user) % owners.count
        return (place, owners[place] == user)
    }

    /// Whether the record at a place proves anything.
    func isProved(at place: Int) -> Bool { proved[place] }

    /// Notes whose record is at a place.
    func note(_ user: UInt32, at place: Int, isProved: Bool) {
        owners[place] = user
        proved[place] = isProved
    }

    /// The bytes of the record at a place, 64-byte aligned.
    func bytes(at place: Int) -> UnsafeMutablePointer<UInt8>? {
        unsafe memory.baseAddress.map { unsafe ($0 + place * recordBytes).assumingMemoryBound(to: UInt8.self) }
    }

    private static func places(_ users: Int, _ recordBytes: Int) -> Int {
        max(min(users, mostBytes / recordBytes), 1)
    }
}
