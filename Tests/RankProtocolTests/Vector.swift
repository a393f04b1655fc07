import Foundation
import TestSupport
import Testing

/// A frame of Tests/Fixtures/protocol/vectors.json with its meaning, written by the script beside it.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    struct Answer: Decodable, Sendable {
        let status: UInt16
        let request_id: String
    }

    struct Extension: Decodable, Sendable {
        let type: UInt16
    }

    struct Frame: Decodable, Sendable {
        let request_id: String
        let kind: String
        let code: UInt8
        let flags: UInt16
        let time: UInt32
        let model: String
        let status: UInt16
        let profile: UInt16
        let extensions: [Extension]
        let payload: Payload
    }

    struct Payload: Decodable, Sendable {
        let top_k: UInt32?
        let policy: String?
        let `class`: String?
        let id_kind: String?
        let features: UInt32?
        let queries: [Query]?
        /// Bit patterns in hex, for each query.
        let query_features: [[String]]?
        let request_id: String?
        let cancelled: UInt8?
        let health: UInt8?
        let pairs: [[String]]?
        let queue_us: UInt32?
        let compute_us: UInt32?
        let queue_depth: UInt32?
        let retry_after_us: UInt32?
        let query: UInt32?
        let candidate: UInt32?
        let message: String?
        let total: String?
        let first: String?
        let count: UInt32?
        let ids: [String]?
    }

    struct Query: Decodable, Sendable {
        let user: String?
        let candidates: [String]?
        /// Bit patterns in hex, as `coverage` and `scores` are.
        let features: [String]?
        let candidate_count: Int?
        let coverage: String?
        let indexed: Bool?
        let unknown_user: Bool?
        let partial: Bool?
        let scores: [String]?
        let positions: [UInt32]?
        let bits: [UInt8]?
    }

    let name: String
    let direction: String
    let valid: Bool
    let hex: String
    let why: String?
    let answer: Answer?
    let frame: Frame?
    let max_message_bytes: Int?

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(hex)
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    var testDescription: String { name }

    private struct File: Decodable {
        let max_message_bytes: Int
        let vectors: [Vector]
    }

    /// Every vector of the file.
    static let all: [Vector] = {
        do {
            return try JSONDecoder().decode(File.self, from: Repository.fixtureData("protocol/vectors.json")).vectors
        } catch {
            preconditionFailure("vectors.json: \(error)")
        }
    }()

    static func select(_ direction: String, valid: Bool) -> [Vector] {
        all.filter { $0.direction == direction && $0.valid == valid }
    }
}

func bits(_ value: Float) -> String {
    let hex = String(value.bitPattern, radix: 16)
    return String(repeating: "0", count: 8 - hex.count) + hex
}
