import RankCore

/// Dense features from a file: a row of float32 for each candidate of a list.
///
/// A name that ends with `.f32` stands for float32, little-endian, row after row and nothing else; any other file is
/// CSV, a line for each row, maybe under a header with the features' names. Blank lines are skipped. Where the model
/// takes missing features, an empty field, `nan` (in any case) and a NaN of float32 stand for one.
public struct FeatureFile: Sendable {
    private static let rawSuffix = ".f32"
    private let bytes: [UInt8]
    private let source: String
    private let isRaw: Bool

    /// Reads a file; what is in it is looked at later, when it is known how wide it has to be.
    ///
    /// - Parameter path: The file, or `-` for standard input.
    /// - Throws: `DataError` when the file cannot be read.
    public init(path: String) throws(DataError) {
        let isRaw = path.hasSuffix(Self.rawSuffix)
        self.init(
            bytes: try isRaw ? FileSystem.read(path) : FileSystem.readText(path),
            source: path == "-" ? "standard input" : path,
            isRaw: isRaw
        )
    }

    /// Takes bytes of a form.
    init(bytes: [UInt8], source: String, isRaw: Bool) {
        self.bytes = bytes
        self.source = source
        self.isRaw = isRaw
    }

    /// The rows, one after another.
    ///
    /// - Parameters:
    ///   - count: How many rows there must be.
    ///   - width: How many floats each must have.
    ///   - names: What the features are called, which a header must agree with; empty if they have no names.
    ///   - takesMissing: Whether the model takes rows without a feature, by its index.
    /// - Returns: count · width floats: finite, or NaN for a missing one where the model takes them.
    /// - Throws: `DataError` that names the row and what was expected there.
    public func rows(
        count: Int,
        width: Int,
        names: [String] = [],
        takesMissing: (Int) -> Bool = { _ in false }
    ) throws(DataError) -> [Float] {
        isRaw
            ? try rawRows(count, width, names, takesMissing) : try textRows(count, width, names, takesMissing)
    }

    /// The name of a feature in messages.
    private func title(_ index: Int, _ names: [String]) -> String {
        index < names.count ? "feature \(index) (\(names[index]))" : "feature \(index)"
    }

    private func rawRows(
        _ count: Int,
        _ width: Int,
        _ names: [String],
        _ takesMissing: (Int) -> Bool
    ) throws(DataError) -> [Float] {
        let (rowBytes, overflow) = width.multipliedReportingOverflow(by: 4)
        let (expected, tooMuch) = rowBytes.multipliedReportingOverflow(by: count)
        guard !overflow, !tooMuch, bytes.count == expected else {
            throw DataError(
                .malformed,
                "\(source): \(counted(bytes.count, "byte")); \(counted(count, "row")) of \(width) float32 have "
                    + "\(expected)"
            )
        }
        var values: [Float] = []
        values.reserveCapacity(bytes.count / 4)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            let value = Float(bitPattern: bits)
            guard value.isFinite || (value.isNaN && takesMissing(start / 4 % width)) else {
                throw DataError(
                    .malformed,
                    "\(source): \(title(start / 4 % width, names)) of row \(start / rowBytes) is "
                        + "\(value.isNaN ? "nan" : "\(value)")"
                        + (value.isNaN ? "; this model takes no row without it" : "; expected a finite number")
                )
            }
            values.append(value.isNaN ? .nan : value)
        }
        return values
    }

    private func textRows(
        _ count: Int,
        _ width: Int,
        _ names: [String],
        _ takesMissing: (Int) -> Bool
    ) throws(DataError) -> [Float] {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var values: [Float] = []
        var rows = 0
        var mayBeHeader = true
        while let line = lines.next() {
            if bytes.trimmed(line).isEmpty { continue }
            bytes.split(line, at: UInt8(ascii: ","), into: &fields)
            defer { mayBeHeader = false }
            // A row whose features are all missing is no header: a header's fields are names.
            let isOfNames = !fields.contains { number(bytes.trimmed($0)) != nil || isMissing(bytes.trimmed($0)) }
            if mayBeHeader, isOfNames {
                try checkHeader(fields.map { bytes.text(bytes.trimmed($0)) }, names, line: lines.number)
                continue
            }
            guard fields.count == width else {
                let expected = names.isEmpty ? "" : ": \(names.joined(separator: ","))"
                throw .at(lines.number, of: source, "\(columns(fields.count, line)), expected \(width)\(expected)")
            }
            for (index, field) in fields.enumerated() {
                if isMissing(bytes.trimmed(field)), takesMissing(index) {
                    values.append(.nan)
                } else if let value = number(bytes.trimmed(field)) {
                    values.append(value)
                } else {
                    let isMissing = isMissing(bytes.trimmed(field))
                    throw .at(
                        lines.number,
                        of: source,
                        "\(title(index, names)): \(bytes.quoted(field)) is not a finite number"
                            + (isMissing ? ", and this model takes no row without it" : "")
                    )
                }
            }
            rows += 1
        }
        guard rows == count else {
            throw DataError(
                .malformed,
                "\(source): \(counted(rows, "row")) of features for \(counted(count, "candidate")); expected a row "
                    + "for each"
            )
        }
        return values
    }

    private func checkHeader(_ header: [String], _ names: [String], line: Int) throws(DataError) {
        guard names.isEmpty || header == names else {
            throw .at(
                line,
                of: source,
                "the features are \(header.joined(separator: ",")), the model wants \(names.joined(separator: ","))"
            )
        }
    }

    /// Whether a field stands for a missing feature: it is empty, or says `nan`.
    private func isMissing(_ range: Range<Int>) -> Bool {
        range.isEmpty || (range.count == 3 && bytes.text(range).lowercased() == "nan")
    }

    private func number(_ range: Range<Int>) -> Float? {
        guard (try? bytes.decimal(range)) != nil, let value = Float(bytes.text(range)), value.isFinite else {
            return nil
        }
        return value
    }
}
