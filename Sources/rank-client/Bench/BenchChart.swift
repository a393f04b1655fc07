import CommandSupport
import RankLoad

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A benchmark as one SVG without anything from outside, readable on light and dark pages.
struct BenchChart {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    /// Writes the picture.
    func write(to path: OutputPath) throws(CommandFailure) {
        guard let file = fopen(path.path, "w") else {
            throw CommandFailure(.cannotCreate, "cannot write \(path.path): \(String(cString: strerror(errno)))")
        }
        let isWritten = fputs(svg, file) >= 0
        guard fclose(file) == 0, isWritten else {
            throw CommandFailure(.cannotCreate, "cannot write \(path.path): \(String(cString: strerror(errno)))")
        }
    }

    /// The picture.
    var svg: String {
        var panels = [percentiles]
        if let sweep = report.sweep { panels.append(goodput(sweep)) }
        let height = panels.count * ChartPanel.height
        let shapes = panels.enumerated().map { $1.svg(top: $0 * ChartPanel.height) }.joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(ChartPanel.width) \(height)" \
            width="\(ChartPanel.width)" height="\(height)" role="img" font-family="system-ui, sans-serif" font-size="13">
            <title>\(percentiles.title)</title>
            <style>
            .page { fill: #ffffff } text { fill: #1f2328 } .grid { stroke: #d0d7de } .axis { stroke: #57606a }
            .c0 { stroke: #0969da; fill: none } .c1 { stroke: #bc4c00; fill: none } .c2 { stroke: #6e7781; fill: none }
            @media (prefers-color-scheme: dark) {
            .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8d96a0 }
            .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #8d96a0 }
            }
            </style>
            <rect class="page" width="100%" height="100%"/>
            \(shapes)</svg>

            """
    }

    /// Latency over percentile, both on logarithmic scales: every step to the right is a tenth of the requests.
    private var percentiles: ChartPanel {
        let load = report.result.workers
        var lines = [("workers", load.latencies)]
        if let floor = report.result.floor { lines.append(("floor: null ranker", floor.latencies)) }
        if case .open = report.pattern { lines.append(("late: the client's own part", load.lateness)) }
        // The last point that still rests on some requests.
        let digits = min(5, max(2, log10(Double(max(load.latencies.count, 1))) - 0.5))
        let ticks = [0, 1, 2, 3, 4, 5].filter { Double($0) <= digits }
        let names = ["min", "p90", "p99", "p99.9", "p99.99", "p99.999"]
        return ChartPanel(
            title: "Latency by percentile, \(report.title)",
            xTicks: ticks.map { (Double($0), names[$0]) },
            xRange: 0...digits,
            yName: "us",
            isLogarithmic: true,
            lines: lines.map { name, histogram in
                ChartLine(
                    name: name,
                    points: (0...200).map { step in
                        let place = digits * Double(step) / 200
                        return (place, Double(histogram.value(at: 1 - pow(10, -place))) / 1_000)
                    }
                )
            }
        )
    }

    /// Goodput over what was offered.
    private func goodput(_ sweep: SweepResult) -> ChartPanel {
        let last = sweep.points.map(\.factor).max() ?? 1
        return ChartPanel(
            title: "Goodput by offered load, in time within \(report.deadline)",
            xTicks: (0...Int(last)).map { (Double($0), "\($0)x") },
            xRange: 0...max(1, last),
            yName: "requests/s",
            isLogarithmic: false,
            lines: [
                ChartLine(name: "goodput", points: sweep.points.map { ($0.factor, $0.result.goodput) }),
                ChartLine(
                    name: "ideal: offered, at most the capacity",
                    points: [(0, 0), (1, sweep.capacity), (max(1, last), sweep.capacity)],
                    style: 2
                ),
            ]
        )
    }
}
