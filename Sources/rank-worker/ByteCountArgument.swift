import ArgumentParser

/// A number of bytes on the command line: `65536`, `512K`, `64M`, `2G`, in powers of 1,024.
struct ByteCountArgument: ExpressibleByArgument {
    let byteCount: Int

    init(_ byteCount: Int) {
        self.byteCount = byteCount
    }

    init?(argument: String) {
        let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        let shift = argument.last.flatMap { units[$0] }
        let digits = shift == nil ? argument[...] : argument.dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !overflow else { return nil }
        byteCount = product
    }

    var defaultValueDescription: String { "\(byteCount)" }
}
