/// Dense features from a file: a row of float32 for each candidate of a list.
///
/// A name that ends with `.f32` stands for float32, little-endian, row after row and nothing else; any other file is CSV,
/// a line for each row, maybe under a header with the features' names. Blank lines are skipped.
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
        self.init(
            bytes: try FileSystem.read(path),
            source: path == "-" ? "standard input" : path,
            isRaw: path.hasSuffix(Self.rawSuffix)
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
    /// - Returns: count · width finite floats.
    /// - Throws: `DataError` that names the row and what was expected there.
    public func rows(count: Int, width: Int, names: [String] = []) throws(DataError) -> [Float] {
        isRaw ? try rawRows(count, width) : try textRows(count, width, names)
    }

    private func rawRows(_ count: Int, _ width: Int) throws(DataError) -> [Float] {
        let (rowBytes, overflow) = width.multipliedReportingOverflow(by: 4)
        let (expected, tooMuch) = rowBytes.multipliedReportingOverflow(by: count)
        guard !overflow, !tooMuch, bytes.count == expected else {
            throw DataError(
                .malformed,
                "\(source): \(bytes.count) bytes; \(count) rows of \(width) float32 have \(expected)"
            )
        }
        var values: [Float] = []
        values.reserveCapacity(bytes.count / 4)
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            let value = Float(bitPattern: bits)
            guard value.isFinite else {
                throw DataError(
                    .malformed,
                    "\(source): feature \(start / 4 % width) of row \(start / rowBytes) is \(value)"
                )
            }
            values.append(value)
        }
        return values
    }

    private func textRows(_ count: Int, _ width: Int, _ names: [String]) throws(DataError) -> [Float] {
        var lines = Lines(bytes)
        var fields: [Range<Int>] = []
        var values: [Float] = []
        var rows = 0
        var mayBeHeader = true
        while let line = lines.next() {
            if bytes.trimmed(line).isEmpty { continue }
            bytes.split(line, at: UInt8(ascii: ","), into: &fields)
            defer { mayBeHeader = false }
            if mayBeHeader, !fields.contains(where: { number(bytes.trimmed($0)) != nil }) {
                try checkHeader(fields.map { bytes.text(bytes.trimmed($0)) }, names, line: lines.number)
                continue
            }
            guard fields.count == width else {
                let expected = names.isEmpty ? "" : ": \(names.joined(separator: ","))"
                throw .at(lines.number, of: source, "\(columns(fields.count, line)), expected \(width)\(expected)")
            }
            for field in fields {
                guard let value = number(bytes.trimmed(field)) else {
                    throw .at(lines.number, of: source, "the feature \(bytes.quoted(field)) is not a finite number")
                }
                values.append(value)
            }
            rows += 1
        }
        guard rows == count else {
            throw DataError(.malformed, "\(source): \(rows) rows of features for \(count) candidates")
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

    private func number(_ range: Range<Int>) -> Float? {
        guard (try? bytes.decimal(range)) != nil, let value = Float(bytes.text(range)), value.isFinite else {
            return nil
        }
        return value
    }
}
