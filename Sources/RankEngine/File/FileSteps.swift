internal import RankCore

/// The activations between layers and after the sum of all terms, as the metadata gives them.
struct FileSteps {
    /// Whether the architecture allows activations other than relu.
    let isAllowed: Bool
    /// The activation of each layer but the last; nil for relu throughout.
    private let named: [Activation]?
    /// The activation of the sum of all terms.
    let output: Activation

    /// Reads the keys `activations` and `output` of a file whose architecture has been checked.
    init(_ raw: [String: String]) throws(EngineError) {
        isAllowed = raw["architecture"] == ModelShape.steppedArchitecture
        for key in ["activations", "output"] where raw[key] != nil && !isAllowed {
            throw ModelMetadata.refused(
                "the key \(key) belongs to the architecture \"\(ModelShape.steppedArchitecture)\", and this file's is "
                    + "\"\(ModelShape.plainArchitecture)\""
            )
        }
        if let text = raw["activations"] {
            var activations: [Activation] = []
            for name in text.split(separator: ",", omittingEmptySubsequences: false) {
                activations.append(try Self.activation(String(name), of: "activations"))
            }
            named = activations
        } else {
            named = nil
        }
        output =
            try raw["output"].map { text throws(EngineError) in try Self.activation(text, of: "output") } ?? .linear
    }

    /// The activation of each of `layerCount` layers but the last.
    func activations(layerCount: Int) throws(EngineError) -> [Activation] {
        let followed = max(layerCount - 1, 0)
        guard let named else { return [Activation](repeating: .relu, count: followed) }
        guard named.count == followed else {
            throw ModelMetadata.refused(
                "activations names \(named.count), and \(followed) of the dense layers are followed by one"
            )
        }
        return named
    }

    private static func activation(_ name: String, of key: String) throws(EngineError) -> Activation {
        guard let activation = Activation(name) else {
            throw ModelMetadata.refused(
                "\(key) has \"\(name.printable(limit: 60))\"; this version knows \(Activation.choices), with finite "
                    + "decimals that are not subnormal"
            )
        }
        return activation
    }
}
