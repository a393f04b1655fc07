import RankSystem
import TestSupport
import Testing
import ZMQ

/// Whether the machine has the loopback address of IPv6.
private func hasIPv6() throws -> Bool {
    let worker = try Socket.test(.router, in: Context())
    return (try? worker.bind(Endpoint("tcp://[::1]:*", for: .binding))) != nil
}

@Suite("Bind and connect", .timeLimit(.minutes(5)))
struct BindTests {
    @Test func reportsThePortThatTheSystemChose() throws {
        let socket = try Socket.test(.router, in: Context())
        let bound = try socket.bind(Endpoint("tcp://127.0.0.1:*", for: .binding))
        guard case .tcp(.ipv4("127.0.0.1"), let port?) = bound.address else {
            Issue.record("\(bound)")
            return
        }
        #expect(port > 0)
        #expect(try socket.lastEndpoint() == bound.description)
    }

    @Test(.enabled(if: try hasIPv6())) func bindsToIPv6() throws {
        let context = try Context()
        let worker = try Socket.test(.router, in: context)
        let bound = try worker.bind(Endpoint("tcp://[::1]:*", for: .binding))
        let client = try Socket.test(.dealer, in: context)
        try client.connect(bound)
        #expect(try client.sendFrames(["hello"]) == .sent)
        #expect(try worker.receiveFrames().last == "hello")
    }

    @Test(arguments: Transport.allCases)
    func refusesAnAddressInUse(transport: Transport) throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let first = try Socket.test(.router, in: context)
        let bound = try first.bind(transport.endpoint(in: directory))
        let second = try Socket.test(.router, in: context)
        let error = #expect(throws: ZMQError.self) { try second.bind(bound) }
        #expect(error?.code == .addressInUse)
        #expect(error?.errorNumber == EADDRINUSE)
        #expect(error?.message.contains(bound.description) == true)

        let client = try Socket.test(.dealer, in: context)
        try client.connect(bound)
        #expect(try client.sendFrames(["hello"]) == .sent)
        #expect(try first.receiveFrames().last == "hello", "the first socket still has its clients")
    }

    @Test func givesAnIPCPathBackAtClose() throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let endpoint = try Transport.ipc.endpoint(in: directory)
        let first = try Socket.test(.router, in: context)
        try first.bind(endpoint)
        #expect(directory.names == ["socket", "socket.lock"])
        first.close()
        #expect(directory.names.isEmpty)

        let second = try Socket.test(.router, in: context)
        try second.bind(endpoint)
        try second.unbind(endpoint)
        #expect(directory.names.isEmpty)
        try second.bind(endpoint)

        let client = try Socket.test(.dealer, in: context)
        try client.connect(endpoint)
        #expect(try client.sendFrames(["hello"]) == .sent)
        #expect(try second.receiveFrames().last == "hello", "the ends of former listeners leave the path alone")
    }

    @Test func takesOverAPathThatADeadProcessLeft() throws {
        let directory = try TemporaryDirectory()
        let context = try Context()
        let endpoint = try Transport.ipc.endpoint(in: directory)
        // A process that was killed leaves both files, and no lock.
        let lock = open("\(directory.path)/socket.lock", O_CREAT | O_RDWR, 0o600)
        close(lock)
        let worker = try Socket.test(.router, in: context)
        try worker.bind(endpoint)
        #expect(directory.names == ["socket", "socket.lock"])
    }

    @Test func neverRemovesAForeignFile() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/model.safetensors"
        close(open(path, O_CREAT | O_RDWR, 0o600))
        let socket = try Socket.test(.router, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.bind(Endpoint("ipc://\(path)", for: .binding)) }
        #expect(error?.code == .addressInUse)
        #expect(error?.message.contains("something other than a socket") == true)
        #expect(directory.names == ["model.safetensors"])
    }

    @Test(arguments: [
        ("ipc:///no/such/directory/socket", ZMQError.Code.addressNotAvailable),
        ("ipc:///proc/socket", .addressNotAvailable),
        ("tcp://192.0.2.1:7000", .addressNotAvailable),
        ("tcp://localhost:7000", .invalidEndpoint),
    ])
    func saysWhyItCannotBind(text: String, code: ZMQError.Code) throws {
        let socket = try Socket.test(.router, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.bind(Endpoint(text, for: .binding)) }
        #expect(error?.code == code, "\(error?.message ?? "")")
        #expect(error?.message.contains(text) == true)
    }

    @Test(arguments: ["tcp://localhost:7000", "tcp://*:7000", "tcp://127.0.0.1:*"])
    func connectsOnlyToAddresses(text: String) throws {
        let socket = try Socket.test(.dealer, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.connect(Endpoint(text, for: .binding)) }
        #expect(error?.code == .invalidEndpoint)
    }

    @Test func disconnectsOnlyFromWhatIsConnected() throws {
        let socket = try Socket.test(.dealer, in: Context())
        let endpoint = try Endpoint("tcp://127.0.0.1:7000", for: .connecting)
        try socket.connect(endpoint)
        try socket.disconnect(endpoint)
        let error = #expect(throws: ZMQError.self) { try socket.disconnect(endpoint) }
        #expect(error?.code == .addressNotAvailable)
        let second = #expect(throws: ZMQError.self) { try socket.unbind(endpoint) }
        #expect(second?.code == .addressNotAvailable)
    }
}
