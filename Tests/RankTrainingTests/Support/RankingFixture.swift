import Foundation
import TestSupport

/// `Tests/Fixtures/ranking/ranking.json`: losses by keras_rs in float64, and metrics in float32.
struct RankingFixture: Decodable {
    struct Losses: Decodable {
        struct Result: Decodable {
            let loss: Double
            let gradients: [Double]
        }

        let length: Int
        let temperature: Float
        let labels: [Float]
        let scores: [Float]
        let losses: [String: Result]
    }

    struct Metrics: Decodable {
        let k: Int
        let relevant: Float
        let stars: [Float]
        let scores: [Float]
        let expected: [String: Double]
    }

    let losses: [Losses]
    let metrics: [Metrics]

    static func load() throws -> RankingFixture {
        try JSONDecoder().decode(RankingFixture.self, from: Repository.fixtureData("ranking/ranking.json"))
    }
}
