import Foundation

/// Where and when figures were measured.
enum Machine {
    static let name: String = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown CPU"
        return "\(name), \(ProcessInfo.processInfo.activeProcessorCount) virtual cores"
    }()

    static let date = Date.now.formatted(.iso8601.year().month().day())

    /// A report in JSON: what was found, the machine and the date.
    static func json(with found: [String: Any]) throws -> String {
        let report = found.merging(["machine": name, "date": date]) { found, _ in found }
        let data = try JSONSerialization.data(withJSONObject: report, options: [.prettyPrinted, .sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }
}
