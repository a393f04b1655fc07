import RankSystem

/// Tells by the first bytes of a file that it is no text that this module reads, what it is, and how it becomes one.
enum ForeignFile {
    /// The number of bytes that are examined.
    static let sampleSize = 1 << 16

    /// Refuses a file that is no UTF-8 text with line feeds.
    ///
    /// - Parameters:
    ///   - sample: The first bytes, at most `sampleSize` of them are looked at.
    ///   - file: What to call the file in a message.
    /// - Throws: `DataError` with code `malformed`; nothing for an empty file, which the reader has words for.
    static func refuse(_ sample: some Collection<UInt8>, of file: String) throws(DataError) {
        let sample = Array(sample.prefix(sampleSize))
        if let (found, advice) = signature(sample) ?? encoding(sample) ?? markup(sample) {
            throw DataError(.malformed, "\(file): found \(found), expected plain text in UTF-8; \(advice)")
        }
        if let place = loneCarriageReturn(sample) {
            throw DataError(
                .malformed,
                "\(file): its lines end in a carriage return alone (the first at byte \(place)), expected line feeds; "
                    + "convert it: tr '\\r' '\\n' < FILE > NEW"
            )
        }
    }

    private static let toText = "export it as CSV with a header user,item,rating[,timestamp]"

    /// Formats with a signature at their start.
    private static func signature(_ sample: [UInt8]) -> (found: String, advice: String)? {
        func begins(_ bytes: UInt8...) -> Bool { sample.starts(with: bytes) }
        func begins(_ text: String) -> Bool { sample.starts(with: Array(text.utf8)) }
        if begins(0x1F, 0x8B) { return ("data compressed with gzip", "unpack it first: gunzip FILE") }
        if begins("BZh"), sample.count > 3, (0x31...0x39).contains(sample[3]) {
            return ("data compressed with bzip2", "unpack it first: bunzip2 FILE")
        }
        if begins(0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00) {
            return ("data compressed with xz", "unpack it first: unxz FILE")
        }
        if begins(0x28, 0xB5, 0x2F, 0xFD) { return ("data compressed with zstd", "unpack it first: unzstd FILE") }
        if begins(0x04, 0x22, 0x4D, 0x18) { return ("data compressed with lz4", "unpack it first: unlz4 FILE") }
        if begins("7z\u{BC}\u{AF}") || begins(0x37, 0x7A, 0xBC, 0xAF) {
            return ("a 7z archive", "unpack it first, and give the file in it")
        }
        if begins("PK"), sample.count > 3, [3, 5, 7].contains(sample[2]) { return zip(sample) }
        if begins(0xD0, 0xCF, 0x11, 0xE0) { return ("an old workbook (.xls)", "save it as \"CSV UTF-8\"") }
        if begins("PAR1") { return ("Parquet", toText) }
        if begins("ARROW1") || begins("FEA1") { return ("Arrow (Feather)", toText) }
        if begins(0x4F, 0x62, 0x6A, 0x01) { return ("Avro", toText) }
        if begins("ORC"), sample.contains(0) { return ("ORC", toText) }
        if begins("SQLite format 3") { return ("an SQLite database", toText) }
        if begins(0x89, 0x48, 0x44, 0x46) { return ("HDF5", toText) }
        if begins(0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59) { return ("a NumPy array", toText) }
        if begins(0x80), sample.count > 1, (2...5).contains(sample[1]) { return ("a Python pickle", toText) }
        if begins("%PDF") { return ("a PDF", toText) }
        if begins("version https://git-lfs") { return ("a pointer of Git LFS", "fetch the file itself: git lfs pull") }
        return nil
    }

    private static func zip(_ sample: [UInt8]) -> (found: String, advice: String) {
        let names = String(decoding: sample, as: UTF8.self)
        if names.contains("[Content_Types].xml") || names.contains("xl/") {
            return ("a workbook (.xlsx)", "save it as \"CSV UTF-8\"")
        }
        return ("a zip archive", "unpack it first (unzip FILE), and give what is in it")
    }

    /// Text in another encoding, and binary data.
    private static func encoding(_ sample: [UInt8]) -> (found: String, advice: String)? {
        // A model: a length of 8 bytes, then JSON.
        if sample.count > 9, sample[8] == UInt8(ascii: "{"), sample[4..<8].allSatisfy({ $0 == 0 }) {
            return ("a safetensors file, such as a model", "give it to --model, and the ratings here")
        }
        let isUTF32 = sample.starts(with: [0xFF, 0xFE, 0, 0]) || sample.starts(with: [0, 0, 0xFE, 0xFF])
        if isUTF32 { return ("text in UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW") }
        if sample.starts(with: [0xFF, 0xFE]) || sample.starts(with: [0xFE, 0xFF]) {
            return ("text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW")
        }
        guard let zero = sample.firstIndex(of: 0) else { return nil }
        // Letters and digits of UTF-16 have one byte of zero each.
        let pairs = sample.count / 2
        for (place, name) in [(1, "UTF-16LE"), (0, "UTF-16BE")] where pairs > 1 {
            let zeros = (0..<pairs).count { sample[2 * $0 + place] == 0 && sample[2 * $0 + 1 - place] != 0 }
            if zeros * 10 >= pairs * 9 {
                return ("text in \(name)", "convert it: iconv -f \(name) -t UTF-8 FILE > NEW")
            }
        }
        return ("binary data (byte \(zero) is zero)", toText)
    }

    /// Text in other formats.
    private static func markup(_ sample: [UInt8]) -> (found: String, advice: String)? {
        let isMarked = sample.starts(with: [0xEF, 0xBB, 0xBF])
        let text = sample.dropFirst(isMarked ? 3 : 0).drop { isBlank($0) || $0 == 0x0A || $0 == 0x0D }.prefix(256)
        let behind = text.dropFirst().first { !isBlank($0) && $0 != 0x0A && $0 != 0x0D }
        let start = String(decoding: text.prefix(16), as: UTF8.self).lowercased()
        switch (text.first, behind) {
        case (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "["), UInt8(ascii: "{")),
            (UInt8(ascii: "["), UInt8(ascii: "[")):
            return ("JSON", "write lines of CSV, user,item,rating[,timestamp]")
        case (UInt8(ascii: "<"), _) where ["<!doctype", "<html", "<?xml"].contains(where: start.hasPrefix):
            return ("a web page or XML", "download the data itself, or \(toText)")
        default: return nil
        }
    }

    /// The place of the first carriage return in a text that has no line feed.
    private static func loneCarriageReturn(_ sample: [UInt8]) -> Int? {
        guard !sample.contains(UInt8(ascii: "\n")), let place = sample.firstIndex(of: UInt8(ascii: "\r")),
            place < sample.count - 1
        else { return nil }
        return place
    }
}

extension FileSystem {
    /// All bytes of a text file, or of standard input when the path is `-`.
    ///
    /// - Throws: As `read(_:)`, and `malformed` for what is no UTF-8 text with line feeds.
    static func readText(_ path: String) throws(DataError) -> [UInt8] {
        let bytes = try read(path)
        try ForeignFile.refuse(bytes, of: path == "-" ? "standard input" : path)
        return bytes
    }

    /// Refuses a file whose first bytes are no UTF-8 text with line feeds.
    ///
    /// - Throws: `DataError`; a file that cannot be opened, or is no regular file, is left to its reader.
    static func requireText(_ path: String) throws(DataError) {
        guard try kind(of: path) == .file else { return }
        try ForeignFile.refuse(FileReader.head(of: path, count: ForeignFile.sampleSize), of: path)
    }
}
