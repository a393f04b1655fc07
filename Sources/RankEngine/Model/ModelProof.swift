internal import RankCore

/// The proof that a model scores as its maker meant; docs/reference/model-file.md says what a file has for each.
public enum ModelProof: Sendable, Hashable, CustomStringConvertible {
    /// The model was trained by this software.
    case trained
    /// The model was converted, and the golden scores were compared with those of its source, which ran.
    case source(Comparison)
    /// The model was converted, and the golden scores were compared with a file of its source's scores.
    case predictions(Comparison)
    /// The model was converted, and nothing proves that it scores like its source.
    case unproved

    /// A comparison of the golden scores with others.
    public struct Comparison: Sendable, Hashable {
        /// The source of the other scores, such as `keras 3.15.1 on tensorflow 2.21.0`.
        public var source: String
        /// The largest difference of a golden score from the source's.
        public var maximumDifference: Double

        /// Describes a comparison.
        public init(source: String, maximumDifference: Double) {
            self.source = source
            self.maximumDifference = maximumDifference
        }
    }

    /// `trained`, `source …`, `predictions …` or `unproved`, as INFO has it.
    public var description: String {
        switch self {
        case .trained: "trained"
        case .source(let comparison): "source \(comparison.source)"
        case .predictions(let comparison): "predictions \(comparison.source)"
        case .unproved: "unproved"
        }
    }

    /// The comparison of the golden scores, if there was one.
    public var comparison: Comparison? {
        switch self {
        case .source(let comparison), .predictions(let comparison): comparison
        case .trained, .unproved: nil
        }
    }

    /// The proof of a model derived from one with this proof: a source's scores of other rows prove nothing.
    public var derived: ModelProof { self == .trained ? .trained : .unproved }
}

extension ModelProof {
    private static let (key, sourceKey, differenceKey) = ("proof", "proof.source", "proof.max_difference")
    /// The most characters of a source's text.
    private static let sourceLimit = 200

    /// Reads the proof of a file; a file without one gets the proof that its fingerprint implies.
    ///
    /// - Parameters:
    ///   - file: The file's metadata.
    ///   - fingerprint: The file's fingerprint; a training always writes its version, conversions by older versions did
    ///     not.
    /// - Throws: ``EngineError/Code/modelRefused`` for an unknown or incomplete proof.
    init(file: [String: String], _ fingerprint: TrainingFingerprint) throws(EngineError) {
        guard let name = file[Self.key] else {
            try Self.refuseComparison(file, "without the key proof")
            self = fingerprint["version"] == TrainingFingerprint.unknown ? .unproved : .trained
            return
        }
        switch name {
        case "source":
            self = .source(try Self.comparison(file))
        case "predictions":
            self = .predictions(try Self.comparison(file))
        case "unproved":
            try Self.refuseComparison(file, "beside proof unproved")
            self = .unproved
        default:
            throw ModelMetadata.refused(
                "proof is \"\(name.printable(limit: 60))\"; this version knows source, predictions and unproved"
            )
        }
    }

    /// The pairs of a file for this proof.
    var pairs: [String: String] {
        switch self {
        case .trained: [:]
        case .unproved: [Self.key: "unproved"]
        case .source(let comparison): Self.pairs("source", comparison)
        case .predictions(let comparison): Self.pairs("predictions", comparison)
        }
    }

    private static func pairs(_ name: String, _ comparison: Comparison) -> [String: String] {
        [key: name, sourceKey: comparison.source, differenceKey: "\(comparison.maximumDifference)"]
    }

    private static func comparison(_ file: [String: String]) throws(EngineError) -> Comparison {
        let source = try ModelMetadata.require(sourceKey, in: file)
        guard !source.isEmpty, source == source.printable(limit: sourceLimit) else {
            throw ModelMetadata.refused(
                "\(sourceKey) is \"\(source.printable(limit: 60))\"; expected one line of 1 to \(sourceLimit) "
                    + "characters"
            )
        }
        let text = try ModelMetadata.require(differenceKey, in: file)
        let isDecimal = text.utf8.allSatisfy { "0123456789+.eE-".utf8.contains($0) }
        guard isDecimal, let difference = Double(text), difference.isFinite, difference >= 0 else {
            throw ModelMetadata.refused("\(differenceKey) is \"\(text)\", expected a decimal number of 0 or more")
        }
        return Comparison(source: source, maximumDifference: difference)
    }

    private static func refuseComparison(_ file: [String: String], _ place: String) throws(EngineError) {
        for key in [sourceKey, differenceKey] where file[key] != nil {
            throw ModelMetadata.refused("the key \(key) stands \(place); it belongs to proof source and predictions")
        }
    }
}
