import ArgumentParser
import RankTraining

/// What can be trained, by the name that a model file keeps.
enum Preset: String, ExpressibleByArgument, CaseIterable {
    case tutorial
    case mapFM = "map-fm"
    case best

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Refuses the options of other presets, rather than to pass over them.
    func refuse(_ options: [(name: String, isGiven: Bool, preset: Preset)]) throws {
        for option in options where option.isGiven && option.preset != self {
            throw ValidationError(
                "\(option.name) goes with --preset \(option.preset.rawValue), and not with \(rawValue)"
            )
        }
    }
}
