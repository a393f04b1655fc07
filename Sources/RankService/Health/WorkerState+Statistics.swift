import RankCore
import RankProtocol
import RankSystem

extension WorkerState {
    /// The pairs of STATS about models.
    private var reloadStatistics: [InfoPair] {
        let reloads = reloads.snapshot
        return [
            InfoPair("model_generation", "\(reloads.generation)"),
            InfoPair("reloads", "\(reloads.reloads)"),
            InfoPair("reload_failures", "\(reloads.failures)"),
            InfoPair("last_reload_error", reloads.lastError ?? ""),
        ]
    }

    /// The pairs of STATS about descriptors.
    private var descriptorStatistics: [InfoPair] {
        [
            InfoPair("open_files", OpenFiles.count.map(String.init) ?? ""),
            InfoPair("open_files_limit", "\(OpenFiles.limit)"),
            InfoPair("accepting", descriptors.isAccepting ? "1" : "0"),
            InfoPair("accept_pauses", "\(descriptors.pauses)"),
        ]
    }

    /// The pairs of a STATS reply.
    func statistics(at now: UInt64) -> [InfoPair] {
        let counts = counters.all.map { InfoPair($0.counter.rawValue, "\($0.count)") }
        return [InfoPair("uptime_us", "\((now &- startTime) / 1_000)")] + counts
            + [InfoPair("cpu_us", "\(ProcessorTime.microseconds)")] + reloadStatistics + descriptorStatistics
    }
}
