import RankCharts
import RankCore

extension NearestItems {
    /// The section of the page.
    var markup: Markup {
        let items = lists.map { list -> Markup in
            let nearest = list.nearest.map { neighbour -> Markup in
                "<li><bdi>\(neighbour.title)</bdi> <span class=\"soft\">\(fixed(neighbour.similarity, 2))</span></li>"
            }
            let ordered: Markup = nearest.isEmpty ? "" : "<ol>\(nearest)</ol>"
            return """
                <div><h3><bdi>\(list.title)</bdi></h3><p class="soft">\(grouped(list.ratings)) training \
                \(list.ratings == 1 ? "rating" : "ratings")</p>\(ordered)</div>

                """
        }
        let text: Markup =
            items.isEmpty
            ? "No item has a vector other than zero and a training rating."
            : """
            The most rated items, and those whose vectors point most nearly the same way, with the cosine of the \
            angle; \
            among items with at least \(least) training \(least == 1 ? "rating" : "ratings").
            """
        return """
            <section class="card wide" id="neighbours">
            <h2>Nearest neighbours</h2>
            <p>\(text)</p>
            <div class="lists">
            \(items)</div>
            </section>

            """
    }
}
