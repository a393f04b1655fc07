import CLibrary

/// Descriptors that are held for a later use, or to find out how many are left.
package struct SpareDescriptors: ~Copyable {
    private var numbers: [Int32] = []

    /// No descriptors.
    ///
    /// - Parameter capacity: The most that will be held.
    package init(capacity: Int) { numbers.reserveCapacity(capacity) }

    deinit { for number in numbers { close(number) } }

    /// The number of descriptors held.
    package var count: Int { numbers.count }

    /// Opens descriptors up to a count; takes about 1 µs for each.
    ///
    /// - Throws: `resourceExhausted` if descriptors ran out. Any other failure of an open says nothing about their
    ///   number, and ends the call before the count is reached.
    package mutating func fill(to count: Int) throws(SystemError) {
        while numbers.count < count {
            let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard number >= 0 else {
                let errorNumber = errno
                guard errorNumber == EMFILE || errorNumber == ENFILE else { return }
                throw .failed(to: "open a descriptor", call: "open", errorNumber: errorNumber)
            }
            numbers.append(number)
        }
    }

    /// Closes descriptors down to a count.
    package mutating func cut(to count: Int) {
        while numbers.count > count { close(numbers.removeLast()) }
    }
}
