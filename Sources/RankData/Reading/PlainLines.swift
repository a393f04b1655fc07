/// Takes plainly written lines of ratings out of a buffer, in one pass over their bytes.
///
/// A line that is written in any other way, that is cut by the end of the buffer, or whose rating is not on the scale,
/// stays where it is.
struct PlainLines {
    private let quote = UInt8(ascii: "\"")
    private enum Field {
        case user, item, rating, time, other
    }

    private let fields: [Field]
    private let separator: UInt8
    private let isSeparatorTwice: Bool
    private let mayQuote: Bool
    private let lowest: Float
    private let highest: Float

    /// Lines of a layout whose ratings are on a scale, or any finite number where the scale is nil.
    init(_ layout: RatingLayout, scale: RatingScale?) {
        var fields = [Field](repeating: .other, count: layout.fieldCount)
        if let time = layout.timestamp { fields[time] = .time }
        fields[layout.user] = .user
        fields[layout.item] = .item
        fields[layout.rating] = .rating
        self.fields = fields
        switch layout.separator {
        case .byte(let byte): separator = byte
        case .commas: separator = UInt8(ascii: ",")
        case .doubleColon: separator = UInt8(ascii: ":")
        }
        isSeparatorTwice = layout.separator == .doubleColon
        mayQuote = layout.separator == .commas
        lowest = scale?.minimum ?? -.greatestFiniteMagnitude
        highest = scale?.maximum ?? .greatestFiniteMagnitude
    }

    /// Takes lines until one is not plain or the block is full.
    ///
    /// - Returns: The number of lines, each of which is a rating in the block.
    func take<Rows: IDRows>(
        at cursor: inout PlainCursor,
        _ users: inout Rows,
        _ items: inout Rows,
        into block: inout RatingBlock
    ) -> Int {
        let before = block.count
        while !block.isFull {
            var line = cursor
            guard let rating = rating(at: &line, Rows.self), lowest <= rating.stars, rating.stars <= highest,
                let user = users.row(ofPlain: rating.user), let item = items.row(ofPlain: rating.item)
            else { break }
            block.append(user: user, item: item, stars: rating.stars, time: rating.time)
            cursor = line
        }
        return block.count - before
    }

    private struct Rating<ID> {
        var user: ID
        var item: ID
        var stars: Float
        var time: Int64
    }

    /// Reads one line with its end.
    @inline(__always)
    private func rating<Rows: IDRows>(at line: inout PlainCursor, _: Rows.Type) -> Rating<Rows.PlainID>? {
        var user: Rows.PlainID?
        var item: Rows.PlainID?
        var stars = Float.nan
        var time: Int64 = 0
        for place in fields.indices {
            if place > 0 {
                guard line.take(separator), !isSeparatorTwice || line.take(separator) else { return nil }
            }
            let isQuoted = mayQuote && line.take(quote)
            let end = isQuoted ? quote : separator
            switch fields[place] {
            case .user:
                user = Rows.plainID(at: &line, until: end)
            case .item:
                item = Rows.plainID(at: &line, until: end)
            case .rating:
                guard let number = line.decimal() else { return nil }
                stars = Float(number)
            case .time:
                guard let seconds = line.seconds() else { return nil }
                time = seconds
            case .other:
                guard line.text(until: end) != nil else { return nil }
            }
            // A doubled quote, which stands for itself, is not followed by a separator.
            guard !isQuoted || line.take(quote) else { return nil }
        }
        guard line.takeLineEnd(), let user, let item else { return nil }
        return Rating(user: user, item: item, stars: stars, time: time)
    }
}
