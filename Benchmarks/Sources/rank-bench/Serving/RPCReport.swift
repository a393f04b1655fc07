import Foundation
import RankEngine

/// What `rank-bench rpc` found: medians over the rounds, and of ratios within a round.
struct RPCReport {
    /// The figures of one round, whose turns follow one another.
    struct Round {
        let echo: Samples
        let null: Samples
        let model: Samples
        let scoring: Samples
    }

    /// The figures of one round with 64 outstanding.
    struct Flood {
        let echo: Throughput
        let null: Throughput

        /// The null ranker's rate over the C echo's.
        var rateRatio: Double { null.rate / echo.rate }
        /// The null ranker's processor time over the C echo's.
        var processorRatio: Double { null.processorTime / echo.processorTime }
    }

    struct Transport {
        let name: String
        let rounds: [Round]
        let floods: [Flood]

        func median(_ value: (Round) -> Double) -> Double { middle(of: rounds.map(value)) }

        func medianOfFloods(_ value: (Flood) -> Double) -> Double { middle(of: floods.map(value)) }

        /// The promise: the worker's time over that of the C echo and of the scoring together.
        var overFloor: Double { median { $0.model.p50 / ($0.echo.p50 + $0.scoring.p50) } }
    }

    static let limit = 1.25

    let options: RPCOptions
    let requests: BareRequests
    let info: RankerInfo
    var transports: [Transport] = []

    private func fact(_ key: String) -> String { info.facts.first { $0.key == key }?.value ?? "none" }

    var text: String {
        var lines = [
            "\(Machine.name); \(Machine.date)",
            "1 client, 1 outstanding, \(options.candidates) candidates: \(requests.requestSize) bytes out, "
                + "\(requests.replySize) bytes back; \(options.rounds) rounds of \(options.requests)",
            "model \(fact("model_id")), plan \(fact("plan")), kernel \(fact("kernel")); "
                + "scores equal in-process, bit for bit",
        ]
        for transport in transports { lines += Self.lines(transport) }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ transport: Transport) -> [String] {
        func cell(_ value: Double, _ digits: Int) -> String { String(format: "%10.\(digits)f", value) }
        let rows: [(String, (Round) -> Samples)] = [
            ("C echo", \.echo), ("worker, null ranker", \.null), ("worker, model", \.model),
            ("scoring in-process", \.scoring),
        ]
        let title = "\(transport.name), microseconds".padding(toLength: 26, withPad: " ", startingAt: 0)
        var lines = ["", title + "       p50       p99  p50/echo  p99/echo"]
        for (name, samples) in rows {
            lines.append(
                name.padding(toLength: 26, withPad: " ", startingAt: 0)
                    + cell(transport.median { samples($0).p50 }, 1)
                    + cell(transport.median { samples($0).p99 }, 1)
                    + cell(transport.median { samples($0).p50 / $0.echo.p50 }, 3)
                    + cell(transport.median { samples($0).p99 / $0.echo.p99 }, 3)
            )
        }
        let verdict = transport.overFloor <= limit ? "within" : "OVER"
        lines.append(
            "worker / (C echo + scoring) = " + String(format: "%.3f", transport.overFloor)
                + ", \(verdict) the limit of \(limit)"
        )
        let rates = [("C echo", \Flood.echo), ("worker, null ranker", \Flood.null)]
        for (name, flood) in rates {
            lines.append(
                "\(name), \(RPCOptions.outstanding) outstanding: "
                    + String(format: "%.0f requests/s, ", transport.medianOfFloods({ $0[keyPath: flood].rate }))
                    + String(
                        format: "%.2f us of processor time each",
                        transport.medianOfFloods({ $0[keyPath: flood].processorTime })
                    )
            )
        }
        lines.append(
            String(format: "worker / C echo = %.3f of the rate, ", transport.medianOfFloods(\.rateRatio))
                + String(format: "%.3f of the processor time", transport.medianOfFloods(\.processorRatio))
        )
        return lines
    }

    var json: String {
        get throws {
            let found: [String: Any] = [
                "candidates": options.candidates,
                "request_bytes": requests.requestSize,
                "reply_bytes": requests.replySize,
                "rounds": options.rounds,
                "requests_per_round": options.requests,
                "model_id": fact("model_id"),
                "plan": fact("plan"),
                "kernel": fact("kernel"),
                "transports": transports.map(Self.object),
            ]
            return try Machine.json(with: found)
        }
    }

    private static func object(_ transport: Transport) -> [String: Any] {
        func samples(_ get: (Round) -> Samples) -> [String: Double] {
            ["p50_us": transport.median { get($0).p50 }, "p99_us": transport.median { get($0).p99 }]
        }
        func flood(_ get: (Flood) -> Throughput) -> [String: Double] {
            [
                "requests_per_s": transport.medianOfFloods({ get($0).rate }),
                "processor_us": transport.medianOfFloods({ get($0).processorTime }),
            ]
        }
        return [
            "transport": transport.name,
            "c_echo": samples(\.echo),
            "worker_null": samples(\.null),
            "worker_model": samples(\.model),
            "scoring": samples(\.scoring),
            "null_over_echo_p50": transport.median { $0.null.p50 / $0.echo.p50 },
            "null_over_echo_p99": transport.median { $0.null.p99 / $0.echo.p99 },
            "outstanding": RPCOptions.outstanding,
            "c_echo_outstanding": flood(\.echo),
            "worker_null_outstanding": flood(\.null),
            "null_over_echo_rate": transport.medianOfFloods(\.rateRatio),
            "null_over_echo_processor": transport.medianOfFloods(\.processorRatio),
            "worker_over_floor": transport.overFloor,
            "limit": limit,
            "within_limit": transport.overFloor <= limit,
        ]
    }
}
