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
        var spare = SpareDescriptors(capacity: count)
        do throws(SystemError) {
            try spare.fill(to: count)
        } catch {
            throw .failed(to: operation, errorNumber: error.errorNumber)
        }
    }
}
