import ArgumentParser
import RankTraining

/// The options of a factorisation machine's training.
struct FactorArguments: PresetArguments {
    static let presets: [Preset] = [.mapFM]

    @Option(help: "With map-fm: the length of the vectors (default: \(FactorizationOptions.mapFM.factors)).")
    var factors: Int?

    @Option(
        help: "With map-fm: the number of sweeps over all coefficients (default: \(FactorizationOptions.mapFM.sweeps))."
    )
    var sweeps: Int?

    var given: [String] {
        names(("--factors", factors != nil), ("--sweeps", sweeps != nil))
    }

    func validate() throws {
        if let factors, !FactorizationOptions.factorCounts.contains(factors) {
            let counts = FactorizationOptions.factorCounts
            throw ValidationError("--factors \(factors): choose from \(counts.lowerBound) to \(counts.upperBound)")
        }
        if let sweeps, !FactorizationOptions.sweepCounts.contains(sweeps) {
            let counts = FactorizationOptions.sweepCounts
            throw ValidationError("--sweeps \(sweeps): choose from \(counts.lowerBound) to \(counts.upperBound)")
        }
    }

    /// The options of a preset with the given values.
    func options(_ preset: FactorizationOptions, seed: UInt64) -> FactorizationOptions {
        var options = preset
        options.seed = seed
        if let factors { options.factors = factors }
        if let sweeps { options.sweeps = sweeps }
        return options
    }
}
