import TestSupport
import Testing
import ZMQ

@Suite("Endpoint")
struct EndpointTests {
    @Test(arguments: [
        "tcp://127.0.0.1:7000", "tcp://[::1]:65535", "tcp://[fe80::1%eth0]:1", "tcp://ranker-0.ranker.svc:7000",
        "tcp://my_host.:80", "ipc:///run/rank.sock", "ipc://relative", "ipc://@abstract", "inproc://name",
        "ipc:///" + String(repeating: "p", count: 106),
    ])
    func keepsItsText(text: String) throws {
        #expect(try Endpoint(text, for: .connecting).description == text)
        #expect(try Endpoint(text, for: .binding).description == text)
    }

    @Test func hasParts() throws {
        let endpoint = try Endpoint("tcp://[::1]:7000", for: .connecting)
        #expect(endpoint.address == .tcp(host: .ipv6("::1"), port: 7_000))
        #expect(try Endpoint("tcp://*:*", for: .binding).address == .tcp(host: .any, port: nil))
        #expect(try Endpoint("ipc://a b", for: .binding).address == .ipc(path: "a b"))
        #expect(try Endpoint("inproc://x:1", for: .binding).address == .inproc(name: "x:1"))
    }

    @Test(arguments: [
        ("", "expected tcp://HOST:PORT"),
        ("127.0.0.1:7000", "expected tcp://HOST:PORT"),
        ("tcp:/127.0.0.1:7000", "expected tcp://HOST:PORT"),
        ("://x:1", "transport \"\" is unknown"),
        ("TCP://127.0.0.1:7000", "transport \"TCP\" is unknown"),
        ("http://example.org:80", "transport \"http\" is unknown"),
        ("pgm://eth0;239.192.1.1:5555", "transport \"pgm\" is unknown"),
        ("tcp://", "port is missing"),
        ("tcp://localhost", "port is missing"),
        ("tcp://[::1]", "port is missing"),
        ("tcp://:7000", "host is missing"),
        ("tcp://localhost:", "port \"\" is not a number from 1 to 65535"),
        ("tcp://localhost:0", "port \"0\" is not"),
        ("tcp://localhost:65536", "port \"65536\" is not"),
        ("tcp://localhost:99999999999999999999", "is not a number from 1 to 65535"),
        ("tcp://localhost:-1", "port \"-1\" is not"),
        ("tcp://localhost:+80", "port \"+80\" is not"),
        ("tcp://localhost:80a", "port \"80a\" is not"),
        ("tcp://localhost: 80", "port \" 80\" is not"),
        ("tcp://localhost:٨٠", "is not a number from 1 to 65535"),
        ("tcp://localhost:7000/path", "port \"7000/path\" is not"),
        ("tcp://localhost:*", "* as a port works only for a bind"),
        ("tcp://*:7000", "* as a host works only for a bind"),
        ("tcp://::1:7000", "stands in brackets"),
        ("tcp://[::1:7000", "stands in brackets"),
        ("tcp://127.0.0.1:7000 tcp://127.0.0.1:7001", "give each endpoint by itself"),
        ("tcp://[]:7000", "\"\" is not an IPv6 address"),
        ("tcp://[127.0.0.1]:7000", "is not an IPv6 address"),
        ("tcp://[::g]:7000", "\"::g\" is not an IPv6 address"),
        ("tcp://[fe80::1%]:7000", "is not an IPv6 address"),
        ("tcp://256.0.0.1:7000", "\"256.0.0.1\" is not an IPv4 address"),
        ("tcp://1.2.3:7000", "\"1.2.3\" is not an IPv4 address"),
        ("tcp://7000:7000", "\"7000\" is not an IPv4 address"),
        ("tcp://-host:7000", "is not a host name"),
        ("tcp://host-:7000", "is not a host name"),
        ("tcp://a..b:7000", "is not a host name"),
        ("tcp://.:7000", "is not an IPv4 address"),
        ("tcp://a b:7000", "is not a host name"),
        ("tcp://user@host:7000", "is not a host name"),
        ("tcp://bücher:7000", "is not a host name"),
        ("tcp://10.0.0.1;host:7000", "is not a host name"),
        ("tcp://" + String(repeating: "a", count: 64) + ":1", "is not a host name"),
        ("tcp://" + String(repeating: "a.", count: 127) + ":1", "is not a host name"),
        ("tcp://host\n:7000", "control character"),
        ("tcp://host:70\u{0}00", "control character"),
        ("ipc://", "path after ipc:// is missing"),
        ("ipc://*", "name a path"),
        ("ipc://@", "abstract name after @ is missing"),
        ("ipc:///tmp/", "names a directory"),
        ("ipc:///" + String(repeating: "p", count: 107), "the path has 108 bytes, and the system allows 107"),
        ("inproc://", "must have 1 to 256 bytes"),
        ("inproc://" + String(repeating: "n", count: 257), "must have 1 to 256 bytes"),
    ])
    func saysWhatIsWrong(text: String, reason: String) {
        let error = #expect(throws: ZMQError.self) { try Endpoint(text, for: .connecting) }
        #expect(error?.code == .invalidEndpoint)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:0", "or * for any that is free"), ("tcp://:7000", "* means every interface"),
    ])
    func saysHowABindAsksForAny(text: String, hint: String) {
        let error = #expect(throws: ZMQError.self) { try Endpoint(text, for: .binding) }
        #expect(error?.message.contains(hint) == true)
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:1", true), ("tcp://127.9.9.9:1", true), ("tcp://[::1]:1", true), ("tcp://localhost:1", true),
        ("ipc://x", true), ("inproc://x", true), ("tcp://0.0.0.0:1", false), ("tcp://*:1", false),
        ("tcp://[::]:1", false), ("tcp://10.0.0.1:1", false), ("tcp://127.example.org:1", false),
        ("tcp://localhost.example.org:1", false),
    ])
    func knowsWhatOnlyThisMachineReaches(text: String, isLocal: Bool) throws {
        #expect(try Endpoint(text, for: .binding).isLocal == isLocal)
    }

    @Test func resolvesNamesToAddresses() throws {
        let endpoints = try Endpoint("tcp://localhost:7000", for: .connecting).resolve()
        #expect(!endpoints.isEmpty)
        #expect(Set(endpoints).count == endpoints.count)
        for endpoint in endpoints {
            #expect(endpoint.isNumeric)
            #expect(endpoint.isLocal)
        }
    }

    @Test(arguments: ["tcp://127.0.0.1:7000", "tcp://[::1]:7000", "ipc://x", "inproc://x"])
    func resolvesAddressesToThemselves(text: String) throws {
        let endpoint = try Endpoint(text, for: .connecting)
        #expect(try endpoint.resolve() == [endpoint])
    }

    @Test(.timeLimit(.minutes(5))) func reportsANameThatDoesNotResolve() throws {
        let endpoint = try Endpoint("tcp://no-such-host.invalid:7000", for: .connecting)
        let error = #expect(throws: ZMQError.self) { try endpoint.resolve() }
        #expect(error?.code == .nameNotResolved)
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }
}
