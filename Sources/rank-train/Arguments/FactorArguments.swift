import ArgumentParser
import RankTraining

/// What can be said of the training of a factorisation machine.
struct FactorArguments: PresetArguments {
    static let presets: [Preset] = [.mapFM]

    @Option(help: "With map-fm: the length of the vectors (default: \(FactorizationOptions.mapFM.factors)).")
    var factors: Int?

    @Option(
        help: "With map-fm: how often every coefficient is solved for (default: \(FactorizationOptions.mapFM.sweeps))."
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

    /// The options of a preset with what was given.
    func options(_ preset: FactorizationOptions, seed: UInt64) -> FactorizationOptions {
        var options = preset
        options.seed = seed
        if let factors { options.factors = factors }
        if let sweeps { options.sweeps = sweeps }
        return options
    }
}
