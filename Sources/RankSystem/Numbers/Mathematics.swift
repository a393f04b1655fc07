import CLibrary

/// The functions of numbers that Swift's library leaves to the C library, as that computes them.
package enum Mathematics {
    /// The natural logarithm.
    package static func log(_ value: Double) -> Double { systemLog(value) }

    /// The decimal logarithm.
    package static func log10(_ value: Double) -> Double { systemLog10(value) }

    /// The exponential function.
    package static func exponential(_ value: Double) -> Double { exp(value) }

    /// The exponential function in float32, which the C library computes by itself.
    package static func exponential(_ value: Float) -> Float { expf(value) }

    /// A power.
    package static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}

private func systemLog(_ value: Double) -> Double { log(value) }

private func systemLog10(_ value: Double) -> Double { log10(value) }
