/// docs/reference/numerics.md, "Activations", written in Swift from the document alone.
struct ActivationOracle {
    /// Whether products are added without rounding first.
    let isFused: Bool

    /// The activation of a name in a model file.
    func value(_ name: String, _ x: Float) -> Float {
        let parts = name.split(separator: "(")
        let number = parts.count > 1 ? Float(parts[1].dropLast()) ?? .nan : 0
        switch parts[0] {
        case "linear": return x
        case "relu": return x > 0 ? x : 0
        case "leaky_relu": return x > 0 ? x : number * x
        case "relu6": return x <= 0 ? 0 : x >= 6 ? 6 : x
        case "elu": return x > 0 ? x : number * powerLessOne(x)
        case "tanh":
            let e = powerLessOne(-2 * x.magnitude)
            return Float(signOf: x, magnitudeOf: -e / (2 + e))
        case "sigmoid": return sigmoid(x)
        case "silu": return x * sigmoid(x)
        case "gelu_tanh": return x * sigmoid(x * multiplyAdd(x * x, 0x1.2444f2p-4, 0x1.988454p0))
        case "gelu": return gelu(x)
        default: return .nan
        }
    }

    private func multiplyAdd(_ x: Float, _ w: Float, _ z: Float) -> Float {
        isFused ? z.addingProduct(x, w) : x * w + z
    }

    private func polynomial(_ coefficients: [Float], _ x: Float) -> Float {
        coefficients.dropLast().reversed().reduce(coefficients[coefficients.count - 1]) { multiplyAdd($0, x, $1) }
    }

    private func parts(_ exponent: Float) -> (s: Float, q: Float) {
        let z = exponent < -87 ? -87 : exponent
        let t = multiplyAdd(z, 0x1.715476p0, 0x1.8p23)
        let n = t - 0x1.8p23
        let r = multiplyAdd(n, -0x1.7f7d1cp-20, multiplyAdd(n, -0x1.62e4p-1, z))
        let e: [Float] = [0x1p-1, 0x1.55548ep-3, 0x1.55545ep-5, 0x1.123bdep-7, 0x1.6db4e8p-10]
        let s = Float(bitPattern: (t.bitPattern << 23) &+ 0x3F80_0000)
        return (s, multiplyAdd(r * r, polynomial(e, r), r))
    }

    private func power(_ z: Float) -> Float {
        let (s, q) = parts(z)
        return z < -87 ? 0 : multiplyAdd(s, q, s)
    }

    private func powerLessOne(_ z: Float) -> Float {
        let (s, q) = parts(z)
        return multiplyAdd(s, q, s - 1)
    }

    private func sigmoid(_ x: Float) -> Float {
        let t = power(-x.magnitude)
        let g = 1 / (1 + t)
        return x < 0 ? t * g : g
    }

    private func gelu(_ x: Float) -> Float {
        let n: [Float] = [
            0x1.9884f4p-1, 0x1.45e7c6p-2, 0x1.2ad556p-5, -0x1.492194p-8, 0x1.8b7facp-13, 0x1.7e3a6cp-14,
            -0x1.4646c6p-16,
            0x1.61e88ep-20,
        ]
        let a = x.magnitude
        let b = a > 6 ? 6 : a
        let t = a > 6 ? 0 : 0.5 * power(-(b * polynomial(n, b)))
        return x * (x > 0 ? 1 - t : t)
    }
}
