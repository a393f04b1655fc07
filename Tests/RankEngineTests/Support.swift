import RankCore
import RankEngine
import RankSystem
import Synchronization
import TestSupport
import Testing

/// The bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"), "cannot open \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes.append(contentsOf: buffer[..<count])
    }
}

/// Makes a file of these bytes.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let file = try #require(fopen(path, "wb"), "cannot create \(path)")
    defer { fclose(file) }
    let written = fwrite(bytes, 1, bytes.count, file)
    try #require(written == bytes.count)
}

/// The directory of fixtures of this package.
let fixtures = Repository.file("Tests/Fixtures")

/// The bytes of a number, the least first.
func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// Counts that several threads add to.
final class Counters: Sendable {
    private let counts: Mutex<[Int]>

    init(_ count: Int) {
        counts = Mutex([Int](repeating: 0, count: count))
    }

    func add(_ index: Int) {
        counts.withLock { $0[index] += 1 }
    }

    var values: [Int] { counts.withLock { $0 } }
}
