internal import RankCore

#if !_endian(little)
#error("The codec copies arrays as they lie in memory; port FrameWriter before you build for a big-endian machine.")
#endif

/// Memory in which frames are built, one after another.
///
/// The buffer grows while the writer warms up and then never again: a frame no larger than an earlier one allocates
/// nothing. Each `begin…` or `encode…` starts a new frame and forgets the one before. `bytes` is the frame
/// once `encode…` or `finish()` has returned.
///
///     writer.beginScore(header, parameters: ScoreParameters(topK: 10))
///     writer.appendQuery(user: 42, candidates: ids.span)
///     writer.finish()
///     socket.send(writer.bytes)
///
/// Not for use by two threads at once; the compiler sees to it.
@safe
public struct FrameWriter: ~Copyable, @unchecked Sendable {  // Proof: this one value owns the memory; no copies.
    private var memory: UnsafeMutableRawBufferPointer
    private var count = 0

    /// Reserves memory for frames of this size.
    public init(capacity: Int = 4_096) {
        unsafe memory = .allocate(byteCount: max(capacity, 256), alignment: Self.alignment)
    }

    deinit {
        unsafe memory.deallocate()
    }

    private static let alignment = 64

    /// The frame, its length field included.
    public var bytes: RawSpan {
        @_lifetime(borrow self) borrowing get {
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[0..<count]))
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes a frame may take before memory is allocated again.
    public var capacity: Int { unsafe memory.count }

    /// Patches the length: the frame is whole.
    ///
    /// Call it once after the last part of a SCORE frame.
    ///
    /// - Precondition: the frame has less than 4 GiB.
    public mutating func finish() {
        precondition(count - Wire.lengthBytes <= Int(UInt32.max), "a frame has less than 4 GiB")
        put(UInt32(count - Wire.lengthBytes), at: 0)
    }

    /// Starts a frame with a header whose length is still 0.
    mutating func begin(
        id: RequestID,
        kind: UInt8,
        flags: UInt16,
        time: UInt32,
        model: ModelID,
        status: UInt16,
        profile: UInt16
    ) {
        count = 0
        // One check of the memory for the whole header: it is written for each reply.
        _ = reserve(Wire.headerBytes)
        put(UInt32(0), at: 0)
        put(Wire.magic, at: 4)
        put(id.rawValue, at: 8)
        put(Wire.version, at: 16)
        put(kind, at: 17)
        put(flags, at: 18)
        put(time, at: 20)
        put(model.wireHalves.0, at: 24)
        put(model.wireHalves.1, at: 32)
        put(status, at: 40)
        put(profile, at: 42)
        put(UInt32(0), at: 44)
    }

    /// The offset at which the next part starts.
    var end: Int { count }

    /// Makes room for `extra` bytes and returns where they start; their content is undefined.
    mutating func reserve(_ extra: Int) -> Int {
        let start = count
        let (needed, overflow) = count.addingReportingOverflow(extra)
        precondition(!overflow, "a frame has less than 4 GiB")
        if needed > capacity {
            let grown = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(needed, 2 * capacity),
                alignment: Self.alignment
            )
            unsafe grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[0..<count]))
            unsafe memory.deallocate()
            unsafe memory = grown
        }
        count = needed
        return start
    }

    mutating func append(_ value: some FixedWidthInteger & BitwiseCopyable) {
        let start = reserve(MemoryLayout.size(ofValue: value))
        put(value, at: start)
    }

    /// Overwrites bytes of the frame.
    mutating func put(_ value: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout.size(ofValue: value) <= count)
        unsafe memory.storeBytes(of: value, toByteOffset: offset, as: type(of: value))
    }

    /// Appends memory as it lies.
    mutating func append(_ source: RawSpan) {
        let start = reserve(source.byteCount)
        let range = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<count])
        unsafe source.withUnsafeBytes { unsafe range.copyMemory(from: $0) }
    }

    /// Appends the UTF-8 of a string.
    mutating func append(_ text: String) {
        unsafe append(text.utf8Span.span.bytes)
    }

    /// Appends zeros up to a multiple of 8.
    mutating func pad() {
        while !count.isMultiple(of: 8) { append(UInt8(0)) }
    }

    /// Overwrites a range with zeros.
    mutating func zero(_ range: Range<Int>) {
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[range]).initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// The elements that start at an offset, for the caller to fill.
    @_lifetime(&self)
    mutating func elements<Element: BitwiseCopyable>(at offset: Int, count elements: Int) -> MutableSpan<Element> {
        precondition(offset.isMultiple(of: MemoryLayout<Element>.alignment))
        let bytes = unsafe UnsafeMutableRawBufferPointer(
            rebasing: memory[offset..<(offset + elements * MemoryLayout<Element>.stride)]
        )
        let span = unsafe MutableSpan(_unsafeElements: bytes.bindMemory(to: Element.self))
        return unsafe _overrideLifetime(span, mutating: &self)
    }
}
