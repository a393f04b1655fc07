import RankCore
import RankSystem

/// The pages of the admin server, made of a worker's state.
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

    private static func info(_ status: WorkerStatus?, software: String) -> JSONValue {
        var members = [
            JSONValue.Member("state", .string(status?.phase.name ?? "starting")),
            JSONValue.Member("software", .string(software)),
        ]
        func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key, value)) }
        if let status {
            add("endpoints", .array(status.endpoints.map(JSONValue.string)))
            add("model", .object(status.facts.map { JSONValue.Member($0.key, .string($0.value)) }))
            add("model_generation", .unsigned(status.generation))
            add("reloads", .unsigned(status.reloads))
            add("reload_failures", .unsigned(status.reloadFailures))
            add("last_reload_error", status.lastReloadError.map(JSONValue.string) ?? .null)
            let gauges = status.gauges
            add("queue_depth", .unsigned(gauges.queueDepth))
            add("backlog_us", .unsigned(gauges.backlogMicroseconds))
            for count in status.counts { add(count.counter.rawValue, .unsigned(count.count)) }
            if let count = OpenFiles.count { add("open_files", .unsigned(UInt64(count))) }
            add("open_files_limit", .unsigned(UInt64(OpenFiles.limit)))
            add("accepting", .boolean(status.isAccepting))
            add("accept_pauses", .unsigned(status.acceptPauses))
        }
        return .object(members)
    }
}
