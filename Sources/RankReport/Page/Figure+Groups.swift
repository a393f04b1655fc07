import RankCharts
import RankCore

extension Figure {
    /// The error by how often an item was rated in training.
    static func popularity(_ groups: ErrorGroups, unit: String) -> Figure {
        self.groups(
            groups,
            id: "popularity",
            title: "Error by popularity of the item",
            text: "Items by the number of their training ratings. RMSE in \(unit)",
            column: "ratings of the item"
        )
    }

    /// The error by how often a user had rated in training.
    static func activity(_ groups: ErrorGroups, unit: String) -> Figure {
        self.groups(
            groups,
            id: "activity",
            title: "Error by activity of the user",
            text: "Users by the number of their training ratings. RMSE in \(unit)",
            column: "ratings of the user"
        )
    }

    private static func groups(
        _ groups: ErrorGroups,
        id: String,
        title: String,
        text: Markup,
        column: String
    ) -> Figure {
        let bars = Bars(
            bars: groups.groups.map { group in
                Bars.Bar(
                    name: group.name,
                    value: group.error,
                    mark: group.baseline,
                    note: "\(grouped(group.count)) \(group.count == 1 ? "pair" : "pairs")"
                )
            },
            nameWidth: groups.groups.contains { $0.name.count > 9 } ? 110 : 72,
            places: 3
        )
        let better = groups.groups.count { $0.error < $0.baseline }
        return Figure(
            id: id,
            title: title,
            text: """
                \(text); the model is below user and item biases in \(better) of \(groups.groups.count) \
                \(groups.groups.count == 1 ? "group" : "groups").
                """,
            key: [("ours fill", "this model"), ("other tick", "user and item biases")],
            height: bars.height,
            drawing: bars.drawing,
            numbers: FigureTable(
                columns: [column, "pairs", "RMSE", "RMSE of the biases"],
                rows: groups.groups.map { group in
                    [group.name, grouped(group.count), fixed(group.error, 4), fixed(group.baseline, 4)]
                }
            )
        )
    }
}
