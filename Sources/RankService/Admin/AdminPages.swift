import RankCore
import RankSystem

/// The pages of the admin server: what each shows of a worker's state.
enum AdminPages {
    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: `GET` or `HEAD`; others are refused with 405.
    ///   - target: `/live`, `/ready` or `/info`; others are refused with 404.
    ///   - status: The worker's state, nil while it starts.
    ///   - software: The name and version.
    /// - Returns: The page, or a refusal.
    static func respond(method: String, target: String, status: WorkerStatus?, software: String) -> HTTPResponse {
        var response: HTTPResponse
        switch target {
        case "/live": response = live(status)
        case "/ready": response = ready(status)
        case "/info": response = HTTPResponse(json: info(status, software: software))
        default: return HTTPResponse(404, "there is no \(target); the pages are /live, /ready and /info")
        }
        guard method == "GET" || method == "HEAD" else { return HTTPResponse(405, "only GET and HEAD are answered") }
        response.isHeadOnly = method == "HEAD"
        return response
    }

    private static func live(_ status: WorkerStatus?) -> HTTPResponse {
        if case .stalled(let milliseconds) = status?.phase {
            return HTTPResponse(503, "the scoring thread has not finished a step for \(milliseconds) ms")
        }
        return HTTPResponse(200, "live")
    }

    private static func ready(_ status: WorkerStatus?) -> HTTPResponse {
        switch status?.phase {
        case nil: HTTPResponse(503, "starting")
        case .ready: HTTPResponse(200, "ready")
        case .draining: HTTPResponse(503, "draining")
        case .ended: HTTPResponse(503, "ended")
        case .stalled(let milliseconds):
            HTTPResponse(503, "the scoring thread has not finished a step for \(milliseconds) ms")
        }
    }

    private static func info(_ status: WorkerStatus?, software: String) -> String {
        var members = [text("state", status?.phase.name ?? "starting"), text("software", software)]
        if let status {
            members.append(#""endpoints":[\#(status.endpoints.map { $0.quotedForJSON() }.joined(separator: ","))]"#)
            let facts = status.facts.map { text($0.key, $0.value) }
            members.append(#""model":{\#(facts.joined(separator: ","))}"#)
            members.append(number("model_generation", status.generation))
            members.append(number("reloads", status.reloads))
            members.append(number("reload_failures", status.reloadFailures))
            members.append(#""last_reload_error":\#(status.lastReloadError.map { $0.quotedForJSON() } ?? "null")"#)
            let gauges = status.gauges
            members.append(number("queue_depth", gauges.queueDepth))
            members.append(number("backlog_us", gauges.backlogMicroseconds))
            members += status.counts.map { number($0.counter.rawValue, $0.count) }
            if let count = OpenFiles.count { members.append(number("open_files", UInt64(count))) }
            members.append(number("open_files_limit", UInt64(OpenFiles.limit)))
            members.append(#""accepting":\#(status.isAccepting)"#)
            members.append(number("accept_pauses", status.acceptPauses))
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func text(_ key: String, _ value: String) -> String {
        "\(key.quotedForJSON()):\(value.quotedForJSON())"
    }

    private static func number(_ key: String, _ value: UInt64) -> String { "\(key.quotedForJSON()):\(value)" }
}
