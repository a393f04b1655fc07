internal import RankCore

/// By what it is known that a model scores as its maker meant; docs/reference/model-file.md has the fields of each.
public enum ModelProof: Sendable, Hashable, CustomStringConvertible {
    /// The model is of this software's own training.
    case trained
    /// The model was converted, and its source ran and gave the scores that the golden ones were compared with.
    case source(Comparison)
    /// The model was converted, and a file of its source's scores was compared with the golden ones.
    case predictions(Comparison)
    /// The model was converted, and nothing says that it scores as its source does.
    case unproved

    /// What the golden scores were compared with.
    public struct Comparison: Sendable, Hashable {
        /// What gave the scores, such as `keras 3.15.1 on tensorflow 2.21.0`.
        public var source: String
        /// The most that a golden score is away from the source's.
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

    /// What the golden scores were compared with, if anything.
    public var comparison: Comparison? {
        switch self {
        case .source(let comparison), .predictions(let comparison): comparison
        case .trained, .unproved: nil
        }
    }

    /// The proof of a model that was derived from one of this proof: what a source said of other rows proves nothing.
    public var derived: ModelProof { self == .trained ? .trained : .unproved }
}

extension ModelProof {
    private static let (key, sourceKey, differenceKey) = ("proof", "proof.source", "proof.max_difference")
    /// The most characters of a source's text.
    private static let sourceLimit = 200

    /// What a file says, or what is to be thought of it where it says nothing.
    ///
    /// - Parameters:
    ///   - file: The file's metadata.
    ///   - fingerprint: Its fingerprint; training always knows its version, conversions of older versions did not.
    /// - Throws: ``EngineError/Code/modelRefused`` for a proof that is unknown, or not whole.
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

    /// The pairs that a writer adds.
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
                "\(sourceKey) is \"\(source.printable(limit: 60))\"; expected one line of 1 to \(sourceLimit) characters"
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
