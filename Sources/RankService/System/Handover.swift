import Synchronization

/// Hands a value that is not `Sendable` to another thread, once.
final class Handover<Value: ~Copyable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming sending Value) {
        self.value = Mutex(value)
    }

    /// The value, for the first caller.
    func take() -> sending Value? {
        value.withLock { held in
            let taken = held.take()
            return taken
        }
    }
}
