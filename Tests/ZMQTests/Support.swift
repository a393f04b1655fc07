import RankSystem
import TestSupport
import Testing
import ZMQ

/// The transports that a test can run over.
enum Transport: String, CaseIterable, CustomTestStringConvertible {
    case tcp
    case ipc
    case inproc

    var testDescription: String { rawValue }

    /// A fresh endpoint to bind to.
    func endpoint(in directory: TemporaryDirectory) throws -> Endpoint {
        switch self {
        case .tcp: try Endpoint("tcp://127.0.0.1:*", for: .binding)
        case .ipc: try Endpoint("ipc://\(directory.path)/socket", for: .binding)
        case .inproc: try Endpoint("inproc://test", for: .binding)
        }
    }
}

struct POSIXFailure: Error { let errorNumber: Int32 }

/// The message limit of the sockets in these tests.
let testLimit: Int64 = 1 << 20

extension Socket {
    /// A socket whose waits end within ten seconds, so that no test hangs.
    static func test(_ type: SocketType, in context: Context, settings: SocketSettings? = nil) throws -> Socket {
        let preset: SocketSettings =
            type == .router ? .worker(maximumMessageSize: testLimit) : .client(maximumMessageSize: testLimit)
        let socket = try Socket(type, in: context, settings: settings ?? preset)
        try socket.set(.receiveTimeout, to: 10_000)
        try socket.set(.sendTimeout, to: 10_000)
        return socket
    }

    func sendFrames(_ frames: [String]) throws -> SendOutcome {
        var outcome = SendOutcome.sent
        for (index, frame) in frames.enumerated() where outcome == .sent {
            outcome = try send(copying: Array(frame.utf8).span.bytes, more: index < frames.count - 1, waiting: .allowed)
        }
        return outcome
    }

    /// All frames of the next message, or none if the time-out passes.
    func receiveFrames() throws -> [String] {
        var frames: [String] = []
        var message = Message()
        repeat {
            guard try receive(into: &message, waiting: .allowed) else { break }
            frames.append(message.text)
        } while message.hasMore
        return frames
    }
}

extension Message {
    /// The bytes as text.
    var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}

extension SocketMonitor {
    /// Collects events until one fulfils the condition, for at most ten seconds.
    mutating func events(until isLast: (SocketEvent.Kind) -> Bool) throws -> [SocketEvent] {
        var poller = Poller()
        _ = poller.add(self)
        var events: [SocketEvent] = []
        while try poller.poll(timeoutMicroseconds: 10_000_000) > 0 {
            while let event = try next() {
                events.append(event)
                if isLast(event.kind) { return events }
            }
        }
        return events
    }
}
