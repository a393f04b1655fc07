/// Recognises files of other kinds by their first bytes, and says how to get a model file.
enum ForeignModel {
    /// The bytes to examine.
    private static let sampleSize = 1_024

    /// The refusal of a file of another kind; nil for one that may be a damaged model.
    static func refusal(_ file: UnsafeRawBufferPointer) -> EngineError? {
        let sample = unsafe Array(file.prefix(sampleSize))
        guard let (found, advice) = signature(sample) ?? text(sample) else { return nil }
        return SafetensorsHeader.refused("found \(found), expected a model file (safetensors); \(advice)")
    }

    private static let converted = "convert it with rank-convert"

    private static func signature(_ sample: [UInt8]) -> (found: String, advice: String)? {
        func begins(_ bytes: UInt8...) -> Bool { sample.starts(with: bytes) }
        func begins(_ text: String) -> Bool { sample.starts(with: Array(text.utf8)) }
        if begins(0x1F, 0x8B) { return ("data compressed with gzip", "unpack it first: gunzip FILE") }
        if begins(0x28, 0xB5, 0x2F, 0xFD) { return ("data compressed with zstd", "unpack it first: unzstd FILE") }
        if begins("PK"), sample.count > 3, [3, 5, 7].contains(sample[2]) {
            return ("a zip archive, such as .keras or .pt", "\(converted) where it is a .keras file, else unpack it")
        }
        if begins(0x89, 0x48, 0x44, 0x46) {
            return ("HDF5, such as .h5", "save the Keras model as .keras, and \(converted)")
        }
        if begins(0x7F, 0x45, 0x4C, 0x46) { return ("a program or a shared library", "a ranker's goes to --plugin") }
        if begins(0x80), sample.count > 1, (2...5).contains(sample[1]) {
            return ("a Python pickle", "save the model in its library's own format, and \(converted)")
        }
        return nil
    }

    private static func text(_ sample: [UInt8]) -> (found: String, advice: String)? {
        let isPlain = sample.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard isPlain, sample.count > 1 else { return nil }
        let first = sample.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first ?? []
        let start = String(decoding: first.prefix(40), as: UTF8.self)
        if sample.first == UInt8(ascii: "{") || start == "tree" {
            return ("text that begins with '\(start)'", "\(converted) where it is a model of another library")
        }
        return (
            "text that begins with '\(start)'",
            "ratings go to --data; give the file that rank-train fit wrote to --output"
        )
    }
}
