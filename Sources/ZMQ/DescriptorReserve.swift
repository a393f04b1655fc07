import RankSystem

/// A check that descriptors are left before libzmq takes some: without any for its own threads libzmq ends the process.
package enum DescriptorReserve {
    /// The most descriptors that a socket takes: its mailbox, its monitor's, a connection, and the five that the first
    /// socket of a context takes for the context's threads.
    static let socketCount = 8

    /// Throws unless `count` descriptors are left; another thread may still take them.
    ///
    /// Takes about 1 µs for each.
    ///
    /// - Parameters:
    ///   - operation: The attempt as a phrase: "make a DEALER socket".
    ///   - count: The number of descriptors needed.
    /// - Throws: `resourceExhausted`.
    package static func check(to operation: String, count: Int) throws(ZMQError) {
        var held: [Int32] = []
        held.reserveCapacity(count)
        defer { for descriptor in held { close(descriptor) } }
        while held.count < count {
            let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 {
                held.append(descriptor)
                continue
            }
            // Any other failure says nothing about the number of descriptors.
            let errorNumber = errno
            guard errorNumber == EMFILE || errorNumber == ENFILE else { return }
            throw .failed(to: operation, errorNumber: errorNumber)
        }
    }
}
