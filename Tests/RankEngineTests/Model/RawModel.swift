import RankCore
import RankEngine

/// A model file in parts, to be written again with an error in it and a matching digest.
struct RawModel {
    struct Tensor {
        var name: String
        var type: String
        var shape: [Int]
        var bytes: [UInt8]
    }

    var metadata: [String: String]
    var tensors: [Tensor]
    /// The digest that the file had; another one in `metadata` is left unchanged.
    private let digest: String?

    init(_ file: [UInt8]) throws {
        let header = try file.withUnsafeBytes { try SafetensorsHeader(file: $0) }
        metadata = header.metadata
        digest = header.metadata["digest"]
        tensors = header.tensors.map {
            Tensor(name: $0.name, type: $0.type.rawValue, shape: $0.shape, bytes: Array(file[$0.bytes]))
        }
    }

    init(fixture: String) throws {
        try self.init(readFile("\(fixtures)/model/\(fixture).rank"))
    }

    /// The tensor of a name, which must exist when it is read.
    subscript(name: String) -> Tensor {
        get { tensors.first { $0.name == name } ?? Tensor(name: name, type: "U8", shape: [0], bytes: []) }
        set {
            if let index = tensors.firstIndex(where: { $0.name == name }) {
                tensors[index] = newValue
            } else {
                tensors.append(newValue)
            }
        }
    }

    /// Overwrites the 32-bit element `index` of a tensor.
    mutating func set(_ name: String, _ index: Int, to value: UInt32) {
        self[name].bytes.replaceSubrange((index * 4)..<(index * 4 + 4), with: littleEndian(value))
    }

    /// Overwrites the 64-bit element `index` of a tensor.
    mutating func set(_ name: String, _ index: Int, to value: UInt64) {
        self[name].bytes.replaceSubrange((index * 8)..<(index * 8 + 8), with: littleEndian(value))
    }

    /// The bytes of the file, with the digest that belongs to them unless `metadata` has another one.
    func sealed() -> [UInt8] {
        var pairs = metadata
        let isToBeSealed = pairs["digest"] == digest
        if isToBeSealed { pairs["digest"] = String(repeating: "0", count: 64) }
        let metadata = pairs.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        var entries = ["\"__metadata__\":{\(metadata.joined(separator: ","))}"]
        var body: [UInt8] = []
        for tensor in tensors {
            let end = body.count + tensor.bytes.count
            entries.append(
                "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
                    + "\"data_offsets\":[\(body.count),\(end)]}"
            )
            body += tensor.bytes
        }
        let file = framed("{\(entries.joined(separator: ","))}", body: body)
        return isToBeSealed ? seal(file) : file
    }

    private func seal(_ file: [UInt8]) -> [UInt8] {
        var hasher = ModelDigest.Hasher()
        hasher.update(file)
        let marker = Array("\"digest\":\"".utf8)
        var sealed = file
        for start in 8..<(file.count - marker.count) where file[start..<(start + marker.count)].elementsEqual(marker) {
            let position = start + marker.count
            sealed.replaceSubrange(position..<(position + 64), with: Hex.text(hasher.finish()).utf8)
            break
        }
        return sealed
    }
}

/// A header's length, its text padded with spaces, and the bytes after it.
func framed(_ header: String, body: [UInt8] = []) -> [UInt8] {
    var text = Array(header.utf8)
    text += [UInt8](repeating: 0x20, count: (64 - (8 + text.count) % 64) % 64)
    return littleEndian(UInt64(text.count)) + text + body
}
