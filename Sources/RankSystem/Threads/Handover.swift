import Synchronization

/// A one-time transfer of a value that is not `Sendable` to another thread.
package final class Handover<Value: ~Copyable>: Sendable {
    private let value: Mutex<Value?>

    /// Holds a value until it is taken.
    package init(_ value: consuming sending Value) {
        self.value = Mutex(value)
    }

    /// The value, for the first caller.
    package func take() -> sending Value? {
        value.withLock { held in
            let taken = held.take()
            return taken
        }
    }
}
