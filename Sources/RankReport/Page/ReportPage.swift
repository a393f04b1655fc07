import RankCharts
import RankCore
import RankTraining

/// The page of a report.
struct ReportPage {
    /// The facts about model and data.
    let facts: ReportFacts
    /// The ratings that the model is compared with.
    let pairs: MeasuredPairs
    /// The baselines beside it.
    let comparison: BaselineComparison
    /// The learning curve, where it is known.
    let curve: LearningCurve?
    /// The neighbours of well-known items.
    let nearestItems: NearestItems

    /// The whole document.
    var document: Markup {
        """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
        <title>Training report: \(facts.data)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <header>
        <h1>Training report: <bdi>\(facts.data)</bdi></h1>
        \(headline)
        \(tiles)
        </header>
        <main>
        \(figures.map(\.markup))\(nearestItems.markup)\(modelSection)
        </main>
        </body>
        </html>

        """
    }

    private var figures: [Figure] {
        let groups = { (ratings: [Int]) in
            ErrorGroups(by: ratings, predictions: pairs.predictions, baseline: comparison.biases, stars: pairs.stars)
        }
        return [Figure.baselines(comparison, areTest: pairs.areTest, unit: facts.unit)]
            + (curve.map { Figure.curves($0, unit: facts.unit) } ?? []) + [
                .calibration(Calibration(pairs), unit: facts.unit),
                .histogram(
                    RatingHistogram(stars: pairs.stars, predictions: pairs.predictions, scale: facts.scale),
                    unit: facts.unit
                ),
                .popularity(groups(pairs.popularity), unit: facts.unit),
                .activity(groups(pairs.activity), unit: facts.unit),
            ]
    }

    private var headline: Markup {
        let metrics = pairs.metrics
        let synthetic: Markup = facts.isSynthetic ? " <strong>The ratings were invented.</strong>" : ""
        if let test = facts.testBefore, !pairs.areTest {
            let claim: Markup = test.rmse.map { ", where its maker claims an RMSE of \(fixed(Double($0), 4))," } ?? ""
            return """
                <p class="note"><strong>The model was trained on all ratings.</strong> A sibling was tested before on \
                \(test.split)\(claim) and had not seen the test ratings. Every figure below is of the \
                \(grouped(metrics.count)) ratings that this model was trained on: it says how well the model remembers \
                them, and flatters what it makes of others.\(synthetic)</p>
                """
        }
        guard pairs.areTest else {
            return """
                <p class="note"><strong>There are no test ratings.</strong> Every figure below is of the \
                \(grouped(metrics.count)) ratings that the model was trained on: it says how well the model remembers \
                them, and flatters what it makes of others.\(synthetic)</p>
                """
        }
        let others = comparison.rows.filter { !$0.isModel }
        guard let best = others.min(by: { $0.metrics.rmseInStars < $1.metrics.rmseInStars }) else { return synthetic }
        let difference = best.metrics.rmseInStars - metrics.rmseInStars
        let words = difference >= 0 ? "less" : "more"
        let after: Markup =
            facts.refitted.map {
                """
                 This page is of the model that was tested; the file has model \("\($0)"), which was then trained in \
                the same \
                way on all ratings.
                """
            } ?? ""
        return """
            <p>On \(grouped(metrics.count)) ratings that it was not trained on, the model is \
            \(fixed(metrics.rmseInStars, 4)) \(facts.unit) off (root mean square): \(fixed(difference.magnitude, 4)) \
            \(words) than the \
            best of the baselines, \(best.name).\(after)\(synthetic)</p>
            """
    }

    private var tiles: Markup {
        let metrics = pairs.metrics
        let unit = facts.unit
        let shown = [
            ("RMSE, \(unit)", fixed(metrics.rmseInStars, 4)), ("MAE, \(unit)", fixed(metrics.maeInStars, 4)),
            ("NDCG@10", fixed(metrics.ndcgAt10, 4)),
            (pairs.areTest ? "test ratings" : "training ratings", grouped(metrics.count)),
        ]
        let tiles = shown.map { name, value -> Markup in "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
        return "<dl class=\"tiles\">\(tiles)</dl>"
    }

    private var modelSection: Markup {
        """
        <section class="card wide" id="model">
        <h2>The model</h2>
        <dl class="facts">\(facts.rows.map { row -> Markup in
            "<dt>\(row.name)</dt><dd><bdi>\(row.value)</bdi></dd>"
        })</dl>
        </section>
        """
    }
}
