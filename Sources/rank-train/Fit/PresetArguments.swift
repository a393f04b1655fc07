import ArgumentParser

/// Options that go with some presets and not with the others.
protocol PresetArguments: ParsableArguments {
    /// The presets they go with.
    static var presets: [Preset] { get }
    /// The names of those that were given.
    var given: [String] { get }
}

extension PresetArguments {
    /// The names of the options that were given.
    func names(_ options: (name: String, isGiven: Bool)...) -> [String] {
        options.filter(\.isGiven).map(\.name)
    }
}

extension Preset {
    /// Refuses the options of other presets instead of ignoring them.
    func refuse(_ arguments: some PresetArguments) throws {
        try refuse(arguments.given, of: type(of: arguments).presets)
    }

    /// Refuses options that belong to `presets` unless this preset is one of them.
    func refuse(_ given: [String], of presets: [Preset]) throws {
        guard let name = given.first, !presets.contains(self) else { return }
        let names = presets.map(\.rawValue).joined(separator: " or ")
        throw ValidationError("\(name) goes with --preset \(names), and not with \(rawValue)")
    }
}
