import CommandSupport
import RankCore
import RankData

extension IDSummary {
    /// Such as `943, ids are numbers 1 to 943, contiguous`.
    var text: String {
        let count = grouped(count)
        if let range {
            let (first, last) = (range.lowerBound, range.upperBound)
            return "\(count), ids are numbers \(first) to \(last)\(areContiguous ? ", contiguous" : "")"
        }
        return "\(count), ids are texts\(wholeNumbers == self.count ? ", all of them whole numbers" : "")"
    }

    /// Warnings on ids that may be misunderstood, one sentence each; `what` is `user` or `item`.
    func warnings(_ what: String) -> [String] {
        guard areTexts else { return [] }
        var warnings = [
            warning(what, floats, "numbers written as floats"), warning(what, padded, "numbers with leading zeros"),
            warning(what, signed, "numbers with a sign"),
        ].compactMap(\.self)
        if wholeNumbers > 0, others.count > 0 {
            warnings.append(
                "\(what) ids are a mixture: \(grouped(wholeNumbers)) are whole numbers and \(grouped(others.count)) "
                    + "are not, such as \(oneLine(others.example)); all are taken as texts"
            )
        }
        return warnings
    }

    private func warning(_ what: String, _ oddity: Oddity, _ look: String) -> String? {
        guard oddity.count > 0 else { return nil }
        let twin =
            oddity.twin.map { "\(oneLine($0[0])) and \($0[1]) are two different \(what)s" }
            ?? "they are taken as texts, and another spelling is another \(what)"
        let them = oddity.count == 1 ? "1 \(what) id looks" : "\(grouped(oddity.count)) \(what) ids look"
        return
            "\(them) like \(look), such as \(oneLine(oddity.example)): \(twin); write whole numbers plainly if they "
            + "are meant as numbers"
    }

    /// The members for programs.
    var json: JSONValue {
        .object([
            JSONValue.Member("count", .integer(count)),
            JSONValue.Member("kind", .string(areTexts ? "texts" : "numbers")),
            JSONValue.Member("lowest", range.map { .unsigned($0.lowerBound) } ?? .null),
            JSONValue.Member("highest", range.map { .unsigned($0.upperBound) } ?? .null),
            JSONValue.Member("contiguous", .boolean(areContiguous)),
        ])
    }
}

extension DataSet {
    /// The ids as they were understood, with warnings.
    var ids: (users: IDSummary, items: IDSummary, warnings: [String]) {
        let (users, items) = (ratings.userSummary, ratings.itemSummary)
        return (users, items, users.warnings("user") + items.warnings("item"))
    }
}
