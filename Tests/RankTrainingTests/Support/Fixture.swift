import Foundation
import TestSupport

/// The tensors of a safetensors file, read without any code of the package.
struct Tensors {
    private let bytes: Data
    private let entries: [String: [String: Any]]

    struct Missing: Error { let name: String }

    init(keras name: String) throws {
        let file = try Repository.fixtureData("keras/\(name).safetensors")
        let length = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
        let header = try JSONSerialization.jsonObject(with: file[8..<(8 + length)])
        entries = header as? [String: [String: Any]] ?? [:]
        bytes = Data(file[(8 + length)...])
    }

    func shape(_ name: String) throws -> [Int] {
        guard let shape = entries[name]?["shape"] as? [Int] else { throw Missing(name: name) }
        return shape
    }

    func floats(_ name: String) throws -> [Float] {
        try words(name, "F32").map { Float(bitPattern: $0) }
    }

    func integers(_ name: String) throws -> [Int32] {
        try words(name, "I32").map { Int32(bitPattern: $0) }
    }

    private func words(_ name: String, _ type: String) throws -> [UInt32] {
        guard let entry = entries[name], entry["dtype"] as? String == type,
            let offsets = entry["data_offsets"] as? [Int]
        else { throw Missing(name: "\(type) \(name)") }
        return stride(from: offsets[0], to: offsets[1], by: 4).map { start in
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
        }
    }
}
