#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks whether descriptors are left before libzmq takes some: where it finds none for its own threads, it ends the
/// process.
package enum DescriptorReserve {
    /// What a socket takes at most: its mailbox, its monitor's, a connection, and the five that the first socket of a
    /// context takes for the context's threads.
    static let socketCount = 8

    /// Throws unless so many descriptors are left; another thread may still take what was there.
    ///
    /// About 1 µs for each.
    ///
    /// - Parameters:
    ///   - operation: What is tried, as a phrase: "make a DEALER socket".
    ///   - count: How many are wanted.
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
