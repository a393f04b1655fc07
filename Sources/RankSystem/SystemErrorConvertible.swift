/// An error of another module that can be made from a failure of the operating system.
///
/// Generic code of this module, such as ``AtomicFile``, throws it directly.
package protocol SystemErrorConvertible: Error {
    /// Makes an error from a failure.
    init(_ error: SystemError)
}

extension SystemErrorConvertible {
    /// Calls the operating system in a function that throws errors of another module.
    ///
    /// ```swift
    /// let wakeUp = try ZMQError.converting(WakeUp())
    /// ```
    ///
    /// - Parameter call: The call.
    /// - Returns: What the call returned.
    /// - Throws: The error made from the failure of the call.
    @inlinable
    @inline(__always)
    package static func converting<Value: ~Copyable>(
        _ call: @autoclosure () throws(SystemError) -> Value
    ) throws(Self) -> Value {
        do throws(SystemError) { return try call() } catch { throw Self(error) }
    }
}

extension SystemError: SystemErrorConvertible {
    /// The failure itself.
    package init(_ error: SystemError) { self = error }
}
