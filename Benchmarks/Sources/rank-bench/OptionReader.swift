/// Reads the options of a benchmark: names with a value each, and `--json`.
enum OptionReader {
    /// Reads all options.
    ///
    /// - Parameters:
    ///   - arguments: Names and values in turn.
    ///   - usage: What the errors end with.
    ///   - take: Takes an option's name and value; false if the benchmark has none of this name.
    /// - Returns: Whether `--json` is among them.
    /// - Throws: `BenchmarkError` for an unknown name or a name without a value, and what `take` throws.
    static func read(
        _ arguments: ArraySlice<String>,
        usage: String,
        take: (_ name: String, _ value: String) throws -> Bool
    ) throws -> Bool {
        var rest = arguments
        var isJSON = false
        while let name = rest.popFirst() {
            if name == "--json" {
                isJSON = true
                continue
            }
            guard let value = rest.popFirst() else { throw BenchmarkError("\(name) wants a value\n\(usage)") }
            guard try take(name, value) else { throw BenchmarkError("unknown option \(name)\n\(usage)") }
        }
        return isJSON
    }

    /// A number from 1 on.
    ///
    /// - Throws: `BenchmarkError` that names the option and the range.
    static func count(_ name: String, _ value: String, most: Int = 100_000) throws -> Int {
        guard let number = Int(value), (1...most).contains(number) else {
            throw BenchmarkError("\(name) wants a number from 1 to \(most), not \(value)")
        }
        return number
    }
}
