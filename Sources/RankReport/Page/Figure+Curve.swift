import RankCharts
import RankCore

extension Figure {
    /// The figures of a training: none for a curve without points, two for a student.
    static func curves(_ curve: LearningCurve, unit: String) -> [Figure] {
        guard curve.isOfStudent else { return [self.curve(curve, unit: unit)].compactMap { $0 } }
        return [distance(curve, unit: unit), testError(curve, unit: unit)].compactMap { $0 }
    }

    /// The distance of a student from its teacher.
    private static func distance(_ curve: LearningCurve, unit: String) -> Figure? {
        let points = curve.phases.flatMap(\.points)
        guard let first = points.first, let last = points.last else { return nil }
        return stepFigure(
            id: "distance",
            title: "Distance from the teacher by \(curve.unit)",
            text: """
                In the \(curve.unit)s up to \(grouped(first.step)) the student's scores were \
                \(fixed(first.training, 4)) \
                \(unit) off its teacher's (root mean square), in the last ones \(fixed(last.training, 4)). It is \
                taught \
                scores of all users and items, rated or not.
                """,
            curve,
            (points.map { ($0.step, $0.training) }, "other", "the teacher's scores", "distance, \(unit)")
        )
    }

    /// The error of a student on the test ratings meanwhile; nil where none were tested.
    private static func testError(_ curve: LearningCurve, unit: String) -> Figure? {
        let tests = curve.phases.flatMap(\.points).compactMap { point in point.test.map { (point.step, $0) } }
        guard let best = tests.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }), let last = tests.last else { return nil }
        return stepFigure(
            id: "curve",
            title: "Error by \(curve.unit)",
            text: """
                After \(grouped(last.0)) \(curve.unit)s the test ratings are \(fixed(last.1, 4)) \(unit) off; the \
                least was \
                \(fixed(best.1, 4)), after \(grouped(best.0)). They decide nothing.
                """,
            curve,
            (tests, "ours", "test ratings", "RMSE, \(unit)")
        )
    }

    /// A figure of one line by steps.
    private static func stepFigure(
        id: String,
        title: String,
        text: Markup,
        _ curve: LearningCurve,
        _ line: (points: [(Int, Double)], style: String, name: String, measure: String)
    ) -> Figure {
        let points = line.points.map { (Double($0), $1) }
        let plot = Plot(
            x: Axis(covering: [points.first?.0 ?? 0, points.last?.0 ?? 0], endsWithMarks: false),
            y: Axis(covering: points.map(\.1)),
            xName: "\(curve.unit)s",
            yName: line.measure
        )
        return Figure(
            id: id,
            title: title,
            text: text,
            key: [("\(line.style) line", line.name)],
            drawing: "\(plot.frame())\(plot.line(points, style: line.style))",
            numbers: FigureTable(
                columns: [curve.unit, line.measure],
                rows: line.points.map { [grouped($0), fixed($1, 4)] }
            )
        )
    }

    /// The error of training and test rows while the model was trained.
    ///
    /// - Returns: nil for a curve without points.
    private static func curve(_ curve: LearningCurve, unit: String) -> Figure? {
        let points = curve.phases.flatMap(\.points)
        guard let first = points.first, let last = points.last else { return nil }
        let tests = points.compactMap { point in point.test.map { (point.step, $0) } }
        let plot = Plot(
            x: Axis(covering: [Double(first.step), Double(last.step)], endsWithMarks: false),
            y: Axis(covering: points.map(\.training) + tests.map(\.1)),
            xName: "\(curve.unit)s",
            yName: "RMSE, \(unit)"
        )
        var key = [("other line", "training ratings")]
        if !tests.isEmpty { key.append(("ours line", "test ratings")) }
        let phases = curve.phases.map { phase($0, on: plot, isNamed: curve.phases.count > 1) }
        let kept = curve.kept.map { mark($0, on: plot) } ?? ""
        return Figure(
            id: "curve",
            title: "Error by \(curve.unit)",
            text: text(curve, last, tests, unit),
            key: key,
            drawing: "\(plot.frame())\(kept)\(phases)",
            numbers: FigureTable(
                columns: [curve.unit, "training RMSE", "test RMSE"],
                rows: points.map { [grouped($0.step), fixed($0.training, 4), $0.test.map { fixed($0, 4) } ?? "–"] },
                emphasised: points.firstIndex { $0.step == curve.kept }
            )
        )
    }

    private static func phase(_ phase: LearningCurve.Phase, on plot: Plot, isNamed: Bool) -> Markup {
        guard let first = phase.points.first else { return "" }
        let training = plot.line(phase.points.map { (Double($0.step), $0.training) }, style: "other")
        let tested = phase.points.compactMap { point in point.test.map { (Double(point.step), $0) } }
        let test: Markup = tested.isEmpty ? "" : plot.line(tested, style: "ours")
        guard isNamed, first.step > 1 else { return "\(training)\(test)" }
        let place = plot.across(Double(first.step) - 0.5)
        return """
            <line class="grid" x1="\(place)" x2="\(place)" y1="\(plot.up(plot.y.upper))" \
            y2="\(plot.up(plot.y.lower))"/>\
            <text class="mark" x="\(place + 12)" \
            y="\(plot.up(plot.y.upper) + 12)">\(phase.name)</text>\(training)\(test)
            """
    }

    /// The step whose weights the model has.
    private static func mark(_ step: Int, on plot: Plot) -> Markup {
        let place = plot.across(Double(step))
        let isLeft = plot.x.share(of: Double(step)) > 0.5
        return """
            <line class="grid" x1="\(place)" x2="\(place)" y1="\(plot.up(plot.y.upper))" \
            y2="\(plot.up(plot.y.lower))"/>\
            <text class="mark" x="\(isLeft ? place - 6 : place + 6)" y="\(plot.up(plot.y.upper) + 12)" \
            text-anchor="\(isLeft ? "end" : "start")">kept</text>
            """
    }

    private static func text(
        _ curve: LearningCurve,
        _ last: LearningCurve.Point,
        _ tests: [(step: Int, error: Double)],
        _ unit: String
    ) -> Markup {
        let end: Markup = "After \(grouped(last.step)) \(last.step == 1 ? curve.unit : curve.unit + "s")"
        let mixed: Markup =
            curve.phases.count > 1
            ? """
             Behind the line the training error is that of each draw, and the test error that of the mixture so far.
            """ : ""
        let kept: Markup =
            curve.kept.map { step in
                """
                 The model is what there was after \(curve.unit) \(grouped(step)), which predicted the ratings held \
                out best.
                """
            } ?? ""
        guard let best = tests.min(by: { ($0.error, $0.step) < ($1.error, $1.step) }), let test = tests.last else {
            return """
                \(end) the training ratings are \(fixed(last.training, 4)) \(unit) off. None were tested \
                meanwhile.\(mixed)\(kept)
                """
        }
        return """
            \(end) the training ratings are \(fixed(last.training, 4)) \(unit) off and the test ratings \
            \(fixed(test.error, 4)); the least was \(fixed(best.error, 4)), after \(grouped(best.step)).\(mixed)\(kept)
            """
    }
}
