import RankSystem

/// The file format of shared libraries on Linux.
///
/// https://man7.org/linux/man-pages/man5/elf.5.html
enum ELF {
    /// The least size of a file by its header; nil where it is no 64-bit ELF file.
    ///
    /// The table of sections is at the end of the file. The system does not check that it is there, and crashes without
    /// it.
    static func promisedSize(_ path: String) -> Int64? {
        guard let file = try? FileDescriptor(reading: path) else { return nil }
        var header = [UInt8](repeating: 0, count: 64)
        let count = unsafe header.withUnsafeMutableBytes { unsafe file.read(into: $0, at: 0).value }
        // 64-bit, little-endian.
        guard count == header.count, header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return nil }
        func number(_ bytes: Range<Int>) -> UInt64 { header[bytes].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        let (end, overflow) = number(40..<48).addingReportingOverflow(number(58..<60) * number(60..<62))
        return overflow ? .max : Int64(clamping: end)
    }
}
