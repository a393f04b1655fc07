/// Why a field is not the number that was asked for.
enum NumberFault: Error {
    case notANumber
    case overflow
}

extension [UInt8] {
    /// An unsigned decimal of at most 64 bits: digits only, no sign, no blanks.
    func unsignedInteger(_ range: Range<Int>) throws(NumberFault) -> UInt64 {
        guard !range.isEmpty else { throw .notANumber }
        var value: UInt64 = 0
        var overflowed = false
        for index in range {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .notANumber }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            overflowed = overflowed || tooLarge || carried
            value = sum
        }
        if overflowed { throw .overflow }
        return value
    }

    /// Whether it is a number of at most 64 bits whose text is this one: no leading zero.
    var isPlainNumber: Bool {
        guard let number = try? unsignedInteger(indices) else { return false }
        return "\(number)".utf8.elementsEqual(self)
    }

    /// A decimal number such as `4`, `3.5` or `8.8e8`; NaN, infinities and hexadecimal forms are not numbers here.
    func decimal(_ range: Range<Int>) throws(NumberFault) -> Double {
        if range.count == 1, let first = range.first {
            let digit = self[first] &- UInt8(ascii: "0")
            guard digit < 10 else { throw .notANumber }
            return Double(digit)
        }
        for index in range {
            switch self[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
                UInt8(ascii: "+"), UInt8(ascii: "-"):
                continue
            default:
                throw .notANumber
            }
        }
        guard let value = Double(text(range)) else { throw .notANumber }
        guard value.isFinite else { throw .overflow }
        return value
    }

    /// An id field, or the error that says what is wrong with it.
    func id(_ range: Range<Int>, named name: String, line: Int, of file: String) throws(DataError) -> UInt64 {
        do {
            return try unsignedInteger(range)
        } catch .overflow {
            throw .at(line, of: file, "the \(name) \(quoted(range)) does not fit in 64 bits")
        } catch {
            throw .at(
                line,
                of: file,
                "the \(name) \(quoted(range)) is not an unsigned decimal number; \(idAdvice(range))"
            )
        }
    }

    /// The advice for an id that is not a number.
    private func idAdvice(_ range: Range<Int>) -> String {
        if range.isEmpty { return "expected digits, such as 42" }
        if let value = try? decimal(range), let whole = UInt64(exactly: value) { return "write it as \(whole)" }
        return "expected digits alone, such as 42; ids that are texts come in a CSV of user,item,rating"
    }

    /// The advice for a rating that is not a number.
    private func ratingAdvice(_ range: Range<Int>) -> String {
        let comma = UInt8(ascii: ",")
        if self[range].contains(comma), (try? self[range].map { $0 == comma ? UInt8(ascii: ".") : $0 }.decimal()) != nil
        {
            return "; write decimals with a point"
        }
        return range.isEmpty ? "; leave out lines without a rating" : "; write ratings as numbers"
    }

    /// The whole array as a decimal number.
    private func decimal() throws(NumberFault) -> Double { try decimal(indices) }

    /// A rating field; `scale` is nil where any number will do.
    func rating(_ range: Range<Int>, on scale: RatingScale?, line: Int, of file: String) throws(DataError) -> Float {
        let expected = scale.map { "expected \($0)" } ?? "expected a decimal number"
        guard let value = try? Float(decimal(range)), value.isFinite else {
            throw .at(line, of: file, "the rating \(quoted(range)) is not a number, \(expected)\(ratingAdvice(range))")
        }
        guard let scale else { return value }
        guard scale.contains(value) else {
            throw .at(
                line,
                of: file,
                "the rating \(quoted(range)) is out of range, \(expected); "
                    + "give --scale MIN,MAX if these ratings have another scale"
            )
        }
        return value
    }

    /// A time in whole seconds; a fraction is dropped.
    func timestamp(_ range: Range<Int>, line: Int, of file: String) throws(DataError) -> Int64 {
        if let whole = try? unsignedInteger(range), let seconds = Int64(exactly: whole) { return seconds }
        guard let value = try? decimal(range), let seconds = Int64(exactly: value.rounded(.towardZero)) else {
            throw .at(
                line,
                of: file,
                "the timestamp \(quoted(range)) is not a number of seconds; write times as seconds since 1970, or "
                    + "leave the column out"
            )
        }
        return seconds
    }

    /// The longest id that is a text, as the wire protocol has it.
    static let longestTextID = 65_535

    /// A text that is an id, or the error that says what is wrong with it.
    func textID(named name: String, line: Int, of file: String) throws(DataError) -> String {
        let field = Array(self[trimmed(indices)])
        guard !field.isEmpty, field.count <= Self.longestTextID, let text = String(validating: field, as: UTF8.self)
        else { throw field.textIDFault(named: name, line: line, of: file) }
        return text
    }

    /// The error of a text that cannot be an id.
    func textIDFault(named name: String, line: Int, of file: String) -> DataError {
        if isEmpty { return .at(line, of: file, "the \(name) is empty") }
        if count > Self.longestTextID {
            return .at(line, of: file, "the \(name) has \(count) bytes; expected at most \(Self.longestTextID)")
        }
        return .at(line, of: file, "the \(name) \(quoted(indices)) is not UTF-8")
    }
}
