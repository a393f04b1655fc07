import RankCore
import RankEngine

/// docs/reference/numerics.md written in Swift from the document alone, over a draft's plain arrays.
struct Oracle {
    private let draft: ModelDraft
    private let isFused: Bool
    private let functions: ActivationOracle

    /// Scores a draft under profile `fp32-fma`, or `fp32-unfused`.
    init(_ draft: ModelDraft, profile: NumericProfile = .fp32FMA) {
        isFused = profile == .fp32FMA
        functions = ActivationOracle(isFused: isFused)
        var draft = draft
        Self.normalize(&draft.users.embedding)
        Self.normalize(&draft.candidates.embedding)
        for index in draft.layers.indices {
            Self.normalize(&draft.layers[index].kernel)
            Self.normalize(&draft.layers[index].bias)
        }
        if var bias = draft.users.bias {
            Self.normalize(&bias)
            draft.users.bias = bias
        }
        if var bias = draft.candidates.bias {
            Self.normalize(&bias)
            draft.candidates.bias = bias
        }
        self.draft = draft
    }

    func score(user: Int, candidate: Int) -> Float {
        let u = row(draft.users, user)
        let m = row(draft.candidates, candidate)
        var y: Float = 0
        if let first = draft.layers.first {
            let width = first.bias.count
            let split = u.count * width
            let a = chain(first.bias, u, Array(first.kernel[..<split]))
            let c = chain([Float](repeating: 0, count: width), m, Array(first.kernel[split...]))
            var h = zip(a, c).map { $0 + $1 }
            if draft.layers.count == 1 {
                y = h[0]
            } else {
                h = activated(h, layer: 0)
                for (index, layer) in draft.layers.dropFirst().dropLast().enumerated() {
                    h = activated(chain(layer.bias, h, layer.kernel), layer: index + 1)
                }
                let last = draft.layers[draft.layers.count - 1]
                y = lanes(h, last.kernel) + last.bias[0]
            }
        }
        if draft.dotProduct { y = y + lanes(u, m) }
        if let bias = draft.users.bias { y = y + bias[user] }
        if let bias = draft.candidates.bias { y = y + bias[candidate] }
        if let mean = draft.mean { y = y + mean }
        if y.isFinite {
            y = functions.value("\(draft.output)", y)
            if let scale = draft.outputScale { y = multiplyAdd(scale[0], y, scale[1]) }
        }
        return y + 0
    }

    private func activated(_ z: [Float], layer: Int) -> [Float] {
        let name = draft.activations.map { "\($0[layer])" } ?? "relu"
        return z.map { functions.value(name, $0) }
    }

    private func row(_ table: ModelDraft.Table, _ row: Int) -> [Float] {
        Array(table.embedding[(row * table.dimensions)..<((row + 1) * table.dimensions)])
    }

    private func chain(_ start: [Float], _ x: [Float], _ w: [Float]) -> [Float] {
        start.indices.map { j in
            var z = start[j]
            for k in x.indices { z = multiplyAdd(x[k], w[k * start.count + j], z) }
            return z
        }
    }

    private func lanes(_ x: [Float], _ w: [Float]) -> Float {
        let padded = (x.count + 15) / 16 * 16
        var lane = [Float](repeating: 0, count: 16)
        for k in 0..<padded {
            lane[k % 16] = multiplyAdd(k < x.count ? x[k] : 0, k < x.count ? w[k] : 0, lane[k % 16])
        }
        let t8 = (0..<8).map { lane[$0] + lane[$0 + 8] }
        let t4 = (0..<4).map { t8[$0] + t8[$0 + 4] }
        let t2 = (0..<2).map { t4[$0] + t4[$0 + 2] }
        return t2[0] + t2[1]
    }

    private func multiplyAdd(_ x: Float, _ w: Float, _ z: Float) -> Float {
        isFused ? z.addingProduct(x, w) : x * w + z
    }

    private static func normalize(_ weights: inout [Float]) {
        for index in weights.indices where weights[index].isZero || weights[index].isSubnormal { weights[index] = 0 }
    }
}
