import RankCore
import RankEngine
import Testing

/// A random model of biases and dot product, of a kind that may break bounds.
struct FactorSpec: CustomTestStringConvertible, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// Like those of a training, items around a mean far from zero.
        case ordinary
        case zeroItems
        case zeroUsers
        /// One item a thousand times as long as the others.
        case hugeRow
        /// One item whose bias is a thousand times as large as the others.
        case hugeBias
        /// A few different items, each many times.
        case equalRows
        /// Products that underflow, and sums that are subnormal.
        case tiny
        case negativeBiases
        /// Factors of few values: many scores tie.
        case coarse
        /// Factors that lie on a line.
        case lowRank
        /// Sizes from one factor to the next that differ by many powers of two.
        case uneven
        /// Sums near the limit of float32.
        case large
    }

    var kind = Kind.ordinary
    var users = 6
    var items = 400
    var dimensions = 16
    var userBias = true
    var itemBias = true
    var mean = true
    var seed: UInt64 = 1

    var testDescription: String { "\(kind) \(users) users \(items) items \(dimensions) dimensions seed \(seed)" }

    func draft() -> ModelDraft {
        var generator = SplitMix64(seed: seed &* 0x9E37_79B9 &+ UInt64(items))
        func floats(_ count: Int) -> [Float] { (0..<count).map { value($0, using: &generator) } }
        var (forUsers, forItems) = (floats((users + 1) * dimensions), floats((items + 1) * dimensions))
        var biases = floats(items + 1)
        switch kind {
        case .zeroItems: forItems = forItems.map { _ in 0 }
        case .zeroUsers: forUsers = forUsers.map { _ in 0 }
        case .hugeRow:
            for column in 0..<dimensions { forItems[(items / 2) * dimensions + column] *= 1_000 }
        case .hugeBias: biases[items / 3] *= 1_000
        case .equalRows:
            for row in 8...items {
                for column in 0..<dimensions {
                    forItems[row * dimensions + column] = forItems[(row % 7) * dimensions + column]
                }
                biases[row] = biases[row % 7]
            }
        case .negativeBiases: biases = biases.map { -20 - $0.magnitude }
        case .lowRank:
            for row in 0...items {
                for column in 1..<max(dimensions, 2) where dimensions > 1 {
                    forItems[row * dimensions + column] = forItems[row * dimensions] * Float(column)
                }
            }
        case .ordinary:
            for row in 0...items {
                for column in 0..<dimensions { forItems[row * dimensions + column] += Float(column % 3) * 0.2 }
            }
        default: break
        }
        return ModelDraft(
            users: ModelDraft.Table(
                embedding: forUsers,
                dimensions: dimensions,
                bias: userBias ? floats(users + 1) : nil
            ),
            candidates: ModelDraft.Table(
                embedding: forItems,
                dimensions: dimensions,
                bias: itemBias ? biases : nil
            ),
            layers: [],
            dotProduct: true,
            mean: mean ? value(0, using: &generator) : nil,
            metadata: ModelMetadata(labelTransform: .unitFromStars, prior: 0.5, fingerprint: TrainingFingerprint())
        )
    }

    private func value(_ place: Int, using generator: inout SplitMix64) -> Float {
        let unit = Float.random(in: -0.4...0.4, using: &generator)
        switch kind {
        case .tiny:
            return unit * Float(sign: .plus, exponent: -Int.random(in: 60...120, using: &generator), significand: 1)
        case .coarse: return (unit * 5).rounded() / 4
        case .uneven: return unit * Float(sign: .plus, exponent: place % dimensions % 5 * 6 - 12, significand: 1)
        case .large: return unit * 0x1p50
        default: return unit
        }
    }

    /// Models of all kinds and of many shapes.
    static var many: [FactorSpec] {
        Kind.allCases.flatMap { kind in
            [(400, 16), (33, 1), (1_000, 33), (2_500, 32), (130, 48), (13_000, 5)].enumerated().map { index, shape in
                FactorSpec(
                    kind: kind,
                    users: shape.0 > 10_000 ? 3 : 6,
                    items: shape.0,
                    dimensions: shape.1,
                    userBias: index % 2 == 0,
                    itemBias: index % 3 != 1,
                    mean: index % 2 == 1,
                    seed: UInt64(index)
                )
            }
        }
    }
}
