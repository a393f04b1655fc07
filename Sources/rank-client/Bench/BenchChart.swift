import CommandSupport
import RankCharts
import RankEngine
import RankLoad
import RankSystem

/// A benchmark as one SVG without anything from outside, readable on light and dark pages.
struct BenchChart {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    /// Writes the picture: whole, or not at all.
    ///
    /// - Throws: `CommandFailure` with status `cannotCreate`; an older file at the path is then as it was.
    func write(to path: OutputPath) throws(CommandFailure) {
        do throws(EngineError) {
            try AtomicFile<EngineError>.replace(path: path.path, with: svg.text)
        } catch {
            throw CommandFailure(.cannotCreate, error.message)
        }
    }

    /// The picture.
    var svg: Markup {
        var panels = [percentiles]
        if let sweep = report.sweep { panels.append(goodput(sweep)) }
        let (width, height) = (ChartPanel.layout.width, ChartPanel.layout.height)
        let size = height * Double(panels.count)
        let shapes = panels.enumerated().map { $1.markup(top: Double($0) * height) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(size)" \
            width="\(width)" height="\(size)" role="img" font-family="system-ui, sans-serif" font-size="13">
            <title>\(percentiles.title)</title>
            <style>
            .page { fill: #ffffff } text { fill: #1f2328 } .grid { stroke: #d0d7de } .axis { stroke: #57606a }
            .mark, .name { fill: #57606a } .line { fill: none; stroke-width: 2; stroke-linejoin: round }
            .key { stroke-width: 3 } .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #6e7781 }
            @media (prefers-color-scheme: dark) {
            .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8d96a0 }
            .mark, .name { fill: #8d96a0 } .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #8d96a0 }
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
        let digits = min(5, max(2, Mathematics.log10(Double(max(load.latencies.count, 1))) - 0.5))
        let ticks = [0, 1, 2, 3, 4, 5].filter { Double($0) <= digits }
        let names = ["min", "p90", "p99", "p99.9", "p99.99", "p99.999"]
        let chartLines = lines.map { name, histogram in
            ChartLine(
                name: name,
                points: (0...200).map { step in
                    let place = digits * Double(step) / 200
                    return (place, Double(histogram.value(at: 1 - Mathematics.power(10, -place))) / 1_000)
                }.filter { $0.1 > 0 }
            )
        }
        return ChartPanel(
            title: "Latency by percentile, \(report.title)",
            plot: Plot(
                x: Axis(0...digits, marks: ticks.map { (Double($0), names[$0]) }),
                y: Axis(decadesCovering: chartLines.flatMap { $0.points.map(\.y) }),
                xName: "percentile",
                yName: "latency, us",
                layout: ChartPanel.layout
            ),
            lines: chartLines
        )
    }

    /// Goodput over the offered rate.
    private func goodput(_ sweep: SweepResult) -> ChartPanel {
        let last = sweep.points.map(\.factor).max() ?? 1
        let lines = [
            ChartLine(name: "goodput", points: sweep.points.map { ($0.factor, $0.result.goodput) }),
            ChartLine(
                name: "ideal: offered, at most the capacity",
                points: [(0, 0), (1, sweep.capacity), (max(1, last), sweep.capacity)],
                style: 2
            ),
        ]
        return ChartPanel(
            title: "Goodput by offered load, in time within \(report.deadline)",
            plot: Plot(
                x: Axis(0...max(1, last), marks: (0...Int(last)).map { (Double($0), "\($0)x") }),
                y: Axis(covering: [0] + lines.flatMap { $0.points.map(\.y) }),
                xName: "offered load, of the capacity",
                yName: "requests/s",
                layout: ChartPanel.layout
            ),
            lines: lines
        )
    }
}
