import CommandSupport

extension Figure {
    /// The error of training and test rows while the model was trained.
    ///
    /// - Returns: nil for a curve without points.
    static func curve(_ curve: LearningCurve, unit: String) -> Figure? {
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
            numbers: NumberTable(
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
            <line class="grid" x1="\(place)" x2="\(place)" y1="\(plot.up(plot.y.upper))" y2="\(plot.up(plot.y.lower))"/>\
            <text class="mark" x="\(place + 12)" y="\(plot.up(plot.y.upper) + 12)">\(phase.name)</text>\(training)\(test)
            """
    }

    /// The step whose weights the model has.
    private static func mark(_ step: Int, on plot: Plot) -> Markup {
        let place = plot.across(Double(step))
        let isLeft = plot.x.share(of: Double(step)) > 0.5
        return """
            <line class="grid" x1="\(place)" x2="\(place)" y1="\(plot.up(plot.y.upper))" y2="\(plot.up(plot.y.lower))"/>\
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
                 The model is what there was after \(curve.unit) \(grouped(step)), which predicted the ratings held out best.
                """
            } ?? ""
        guard let best = tests.min(by: { ($0.error, $0.step) < ($1.error, $1.step) }), let test = tests.last else {
            return
                "\(end) the training ratings are \(fixed(last.training, 4)) \(unit) off. None were tested meanwhile.\(mixed)\(kept)"
        }
        return """
            \(end) the training ratings are \(fixed(last.training, 4)) \(unit) off and the test ratings \
            \(fixed(test.error, 4)); the least was \(fixed(best.error, 4)), after \(grouped(best.step)).\(mixed)\(kept)
            """
    }
}
