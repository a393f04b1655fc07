import RankCore
import RankPool
import RankProtocol
import Testing

/// Nonsense is refused where it is given, with the bounds.
@Suite struct ConfigurationTests {
    typealias Configuration = RankPool.Configuration

    /// The message of a refusal; nil for values that are taken.
    private func refusal<Value>(_ make: () throws -> Value) -> String? {
        do {
            _ = try make()
            return nil
        } catch {
            let error = error as? PoolError
            #expect(error?.code == .invalidArgument)
            return error?.message
        }
    }

    @Test func whatIsLeftOutIsTheDefaults() throws {
        let (configuration, window) = (try Configuration(), try CreditWindow())
        #expect(configuration == .default)
        #expect(window == .default)
        #expect(Configuration.default.deadline == .milliseconds(250))
        #expect(Configuration.default.attempts == 3)
        #expect(Configuration.default.balancing == .powerOfTwoChoices)
        #expect(Configuration.default.window.requests == 256)
        #expect(Configuration.default.window.scoring == .milliseconds(100))
        #expect(Configuration.default.waitingParts == 16_384)
        #expect(Configuration.default.hedging == .off)
        #expect(Configuration.default.candidatesPerPart == 8_192)
        #expect(Configuration.default.maximumReplyBytes == 16_777_216)
        #expect(CreditWindow.unlimited.requests == .max && CreditWindow.unlimited.scoring == nil)
    }

    @Test(arguments: [Int.min, -1, 0])
    func countsBelowOneAreRefused(_ count: Int) {
        #expect(refusal { try Configuration(attempts: count) } == "the pool's attempts is \(count); expected 1 or more")
        #expect(
            refusal { try Configuration(waitingParts: count) }
                == "the pool's waitingParts is \(count); expected 1 or more"
        )
        #expect(
            refusal { try Configuration(candidatesPerPart: count) }
                == "the pool's candidatesPerPart is \(count); expected 1 or more"
        )
        #expect(
            refusal { try CreditWindow(requests: count) }
                == "the pool's window.requests is \(count); expected 1 or more"
        )
    }

    @Test(arguments: [1, 2, Int.max])
    func countsFromOneAreTaken(_ count: Int) throws {
        let window = try CreditWindow(requests: count)
        let configuration = try Configuration(
            attempts: count,
            window: window,
            waitingParts: count,
            candidatesPerPart: count
        )
        #expect(configuration.attempts == count)
        #expect(configuration.window.requests == count)
        #expect(configuration.waitingParts == count)
        #expect(configuration.candidatesPerPart == count)
    }

    @Test func timesAreMoreThanZero() throws {
        for time in [Duration.zero, .nanoseconds(-1)] {
            #expect(
                refusal { try Configuration(deadline: time) } == "the pool's deadline is \(time); expected more than 0"
            )
            #expect(
                refusal { try CreditWindow(scoring: time) }
                    == "the pool's window.scoring is \(time); expected more than 0"
            )
        }
        let window = try CreditWindow(scoring: .nanoseconds(1))
        let configuration = try Configuration(deadline: .nanoseconds(1), window: window)
        #expect(configuration.deadline == .nanoseconds(1))
        #expect(configuration.window.scoring == .nanoseconds(1))
    }

    @Test(arguments: [(4_095, false), (4_096, true), (4_294_967_295, true), (4_294_967_296, false), (-1, false)])
    func aReplyFitsItsLengthAndAnErrorTheReply(_ bytes: Int, _ isTaken: Bool) {
        let message = refusal { try Configuration(maximumReplyBytes: bytes) }
        let expected = "the pool's maximumReplyBytes is \(bytes); expected 4096 to 4294967295"
        #expect(message == (isTaken ? nil : expected))
    }

    @Test(arguments: [(0.499, false), (0.5, true), (0.95, true), (0.999, true), (1, false), (95, false), (.nan, false)])
    func aPercentileIsAShare(_ share: Double, _ isTaken: Bool) {
        let message = refusal { try Configuration(hedging: .afterPercentile(share)) }
        let expected = "the pool's hedging is .afterPercentile(\(share)); expected 0.5 to 0.999"
        #expect(message == (isTaken ? nil : expected))
    }
}
