#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The few system calls of this module, with EINTR handled and errors as values.
enum System {
    /// The system's text for `number`.
    static func text(of number: CInt) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// Repeats `call` while it is interrupted by a signal; returns its result or the `errno` of its failure.
    static func retrying<Value: SignedInteger>(_ call: () -> Value) -> (value: Value, errno: CInt?) {
        while true {
            let value = call()
            if value != -1 { return (value, nil) }
            if errno != EINTR { return (value, errno) }
        }
    }

    /// The value of an environment variable, or nil.
    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
