import CZMQ

/// One frame, with memory owned by libzmq; to be made once and reused for every receive.
///
/// The C structure keeps up to 33 bytes inside itself and must not move, so it lives on the heap: one allocation per
/// `Message`, none per receive. The compiler rejects a span that outlives its message, and a receive into a message
/// whose bytes are still held.
///
/// Received bytes are not aligned: frames of 64 bytes to 7 KiB lie at odd addresses. Decode with unaligned loads.
@safe
public struct Message: ~Copyable {
    /// The message in C, initialised as long as this value lives.
    let pointer: UnsafeMutablePointer<zmq_msg_t>

    /// An empty message, ready to receive into.
    public init() {
        unsafe pointer = .allocate(capacity: 1)
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_init.html
        unsafe zmq_msg_init(pointer)
    }

    /// A message of `byteCount` zero bytes, to be filled through ``mutableBytes``.
    ///
    /// - Parameter byteCount: The size of the frame.
    /// - Throws: `invalidOption` for a negative size, `resourceExhausted` if memory ran out.
    public init(byteCount: Int) throws(ZMQError) {
        guard byteCount >= 0 else {
            throw ZMQError(code: .invalidOption, message: "a message cannot have \(byteCount) bytes")
        }
        try self.init(uninitialized: byteCount)
        unsafe UnsafeMutableRawBufferPointer(start: zmq_msg_data(pointer), count: byteCount)
            .initializeMemory(as: UInt8.self, repeating: 0)
    }

    private init(uninitialized byteCount: Int) throws(ZMQError) {
        self.init()
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_init_size.html
        guard unsafe zmq_msg_init_size(pointer, byteCount) == 0 else {
            let error = ZMQError.failed(to: "make a message of \(byteCount) bytes")
            // A failed call may leave the structure half written, and the end of this value closes it.
            unsafe zmq_msg_init(pointer)
            throw error
        }
    }

    /// A message with a copy of some bytes.
    ///
    /// - Parameter bytes: The content of the frame.
    /// - Throws: `resourceExhausted` if memory ran out.
    public init(copying bytes: RawSpan) throws(ZMQError) {
        try self.init(uninitialized: bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: zmq_msg_data(pointer), count: source.count)
                .copyMemory(from: source)
        }
    }

    deinit {
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_close.html
        unsafe zmq_msg_close(pointer)
        unsafe pointer.deallocate()
    }

    /// The size of the frame in bytes.
    public var byteCount: Int {
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_size.html
        unsafe zmq_msg_size(pointer)
    }

    /// Whether the frame is empty.
    public var isEmpty: Bool { byteCount == 0 }

    /// Whether more frames of the same multipart message follow this received one.
    public var hasMore: Bool {
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_more.html
        unsafe zmq_msg_more(pointer) != 0
    }

    /// The bytes of the frame, in place and without a copy.
    ///
    /// The bytes may lie at any address.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = unsafe RawSpan(_unsafeStart: zmq_msg_data(pointer), byteCount: byteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes of the frame, to be written in place.
    public var mutableBytes: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            // https://libzmq.readthedocs.io/en/latest/zmq_msg_data.html
            let span = unsafe MutableRawSpan(_unsafeStart: zmq_msg_data(pointer), byteCount: byteCount)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// Calls `body` with the bytes of the frame, which must not leave the closure.
    ///
    /// - Parameter body: Takes the bytes.
    /// - Returns: The result of `body`.
    /// - Throws: The error of `body`.
    public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: zmq_msg_data(pointer), count: byteCount))
    }

    /// Takes over the content of another message, which is empty afterwards; the old content is released.
    ///
    /// - Parameter other: The message to take from.
    public mutating func take(from other: inout Message) {
        // https://libzmq.readthedocs.io/en/latest/zmq_msg_move.html
        unsafe zmq_msg_move(pointer, other.pointer)
    }
}

@available(*, unavailable, message: "a message belongs to the thread that receives into it")
extension Message: Sendable {}
