import ArgumentParser
import RankTraining

/// A preset, by the name that a model file keeps.
enum Preset: String, ExpressibleByArgument, CaseIterable {
    case tutorial
    case mapFM = "map-fm"
    case best
    case distilled

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
