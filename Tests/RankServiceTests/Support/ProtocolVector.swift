import Foundation
import TestSupport

/// A frame of Tests/Fixtures/protocol/vectors.json, written by the script beside it.
struct ProtocolVector: Decodable {
    struct Answer: Decodable {
        let status: UInt16
        let request_id: String
    }

    let name: String
    let direction: String
    let valid: Bool
    let hex: String
    let answer: Answer?
    let max_message_bytes: Int?

    var bytes: [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16)
        }
    }

    private struct File: Decodable {
        let vectors: [ProtocolVector]
    }

    static func all() throws -> [ProtocolVector] {
        try JSONDecoder().decode(File.self, from: Repository.fixtureData("protocol/vectors.json")).vectors
    }
}
