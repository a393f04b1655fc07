// error: capture of 'socket' with non-Sendable type 'Socket' in a '@Sendable' closure
import ZMQ

func captureInSendableClosure(context: Context) throws {
    let socket = try Socket(.dealer, in: context, settings: .client(maximumMessageSize: 1_000))
    let body: @Sendable () -> Void = { _ = try? socket.readiness() }
    body()
}
