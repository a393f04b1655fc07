import RankCharts

/// A drawing with its title, what is to be seen in it, its key, and its numbers as a table.
struct Figure {
    /// The name in the page's links: letters and hyphens.
    let id: String
    /// The title.
    let title: String
    /// A sentence or two about what the drawing shows.
    let text: Markup
    /// The key: the class of each mark, and what it stands for.
    var key: [(style: String, name: String)] = []
    /// The height of the drawing (units of the drawing).
    var height = PlotLayout.card.height
    /// The drawing, `PlotLayout.card.width` units across.
    let drawing: Markup
    /// The numbers of the drawing.
    let numbers: FigureTable

    /// The element.
    var markup: Markup {
        let key: Markup =
            self.key.isEmpty
            ? ""
            : """
            <p class="key">\(self.key.map { entry -> Markup in
                "<span><i class=\"\(entry.style)\"></i>\(entry.name)</span>"
            })</p>
            """
        return """
            <section class="card" id="\(id)">
            <h2>\(title)</h2>
            <p>\(text)</p>
            \(key)
            <svg viewBox="0 0 \(PlotLayout.card.width) \(height)" role="img" aria-labelledby="\(id)-title">\
            <title id="\(id)-title">\(title)</title>\(drawing)</svg>
            <details><summary>The numbers</summary>\(numbers.markup)</details>
            </section>

            """
    }
}

/// Rows of text under a header; every column but the first is of numbers.
struct FigureTable {
    /// The columns' names.
    let columns: [String]
    /// The rows, as long as `columns`.
    let rows: [[String]]
    /// The row that is set off, if any.
    var emphasised: Int?

    /// The element.
    var markup: Markup {
        let head = columns.map { name -> Markup in "<th scope=\"col\">\(name)</th>" }
        let body = rows.enumerated().map { index, cells -> Markup in
            let first: Markup = "<th scope=\"row\">\(cells.first ?? "")</th>"
            let rest = cells.dropFirst().map { cell -> Markup in "<td>\(cell)</td>" }
            return index == emphasised ? "<tr class=\"ours\">\(first)\(rest)</tr>" : "<tr>\(first)\(rest)</tr>"
        }
        return """
            <div class="scroll"><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>
            """
    }
}
