/// The metadata of a model file.
public struct ModelMetadata: Sendable, Hashable {
    /// The function from ratings to labels.
    public var labelTransform: LabelTransform
    /// The score of a candidate that nothing scored: the mean training label, or the mean score of the training pairs
    /// where scores are no ratings.
    ///
    /// Finite.
    public var prior: Float
    /// The data and the training of the model.
    public var fingerprint: TrainingFingerprint
    /// The test RMSE that the model's maker measured, on the label's scale; a claim that is not checked.
    public var claimedTestRMSE: Float?
    /// The proof that the model scores as its maker meant.
    public var proof: ModelProof

    /// Describes a model.
    public init(
        labelTransform: LabelTransform,
        prior: Float,
        fingerprint: TrainingFingerprint,
        claimedTestRMSE: Float? = nil,
        proof: ModelProof = .trained
    ) {
        self.labelTransform = labelTransform
        self.prior = prior
        self.fingerprint = fingerprint
        self.claimedTestRMSE = claimedTestRMSE
        self.proof = proof
    }
}

/// The data and the training of a model; `unknown` where nothing tells.
public struct TrainingFingerprint: Sendable, Hashable {
    /// The text of an unknown value.
    public static let unknown = "unknown"

    /// The keys of a file's metadata that start with `fingerprint.`, without that prefix.
    public private(set) var fields: [String: String]

    /// The keys of every file.
    public static let keys = [
        "batch_size", "data", "data_sha256", "epochs", "preset", "seed", "split", "split_sha256", "version",
    ]

    /// Makes a fingerprint; keys of ``keys`` that are missing become ``unknown``.
    public init(_ fields: [String: String] = [:]) {
        self.fields = fields
        for key in Self.keys where fields[key] == nil {
            self.fields[key] = Self.unknown
        }
    }

    /// The value of a key; ``unknown`` where there is none.
    public subscript(key: String) -> String { fields[key] ?? Self.unknown }
}

extension ModelMetadata {
    static let format = "swift-rank/1"
    /// The start of the format of a checkpoint, a file of an unfinished training.
    package static let checkpointFormat = "swift-rank-checkpoint/"
    private static let fingerprintPrefix = "fingerprint."

    /// Reads the metadata of a file whose format and architecture have been checked.
    init(file: [String: String]) throws(EngineError) {
        let transform = try Self.require("label_transform", in: file)
        guard let labelTransform = LabelTransform(rawValue: transform) else {
            throw Self.refused("label_transform \"\(transform)\" is unknown")
        }
        var fields: [String: String] = [:]
        for (key, value) in file where key.hasPrefix(Self.fingerprintPrefix) {
            fields[String(key.dropFirst(Self.fingerprintPrefix.count))] = value
        }
        let fingerprint = TrainingFingerprint(fields)
        self.init(
            labelTransform: labelTransform,
            prior: try Self.number(try Self.require("prior", in: file), "prior"),
            fingerprint: fingerprint,
            proof: try ModelProof(file: file, fingerprint)
        )
        if let claim = file["claim.test_rmse"] {
            claimedTestRMSE = try Self.number(claim, "claim.test_rmse")
        }
    }

    /// The pairs of a file for these values.
    var pairs: [String: String] {
        var pairs = ["label_transform": labelTransform.rawValue, "prior": "\(prior)"]
        for (key, value) in fingerprint.fields {
            pairs[Self.fingerprintPrefix + key] = value
        }
        if let claimedTestRMSE { pairs["claim.test_rmse"] = "\(claimedTestRMSE)" }
        pairs.merge(proof.pairs) { _, new in new }
        return pairs
    }

    /// Checks that a file is a model of one of the architectures.
    static func checkFormat(_ raw: [String: String], architectures: [String]) throws(EngineError) {
        if raw["format"]?.hasPrefix(checkpointFormat) == true {
            throw EngineError(
                .modelRefused,
                "this is a checkpoint of a training, not a model; give the file that the training writes to --output "
                    + "when it ends, or go on with the training (--resume)"
            )
        }
        for (key, expected) in [("format", [format]), ("architecture", architectures)] {
            let value = try require(key, in: raw)
            guard expected.contains(value) else {
                let readable = expected.map { "\"\($0)\"" }.joined(separator: " and ")
                throw refused("\(key) is \"\(value)\"; this version reads \(readable)")
            }
        }
    }

    /// The value of a required key.
    static func require(_ key: String, in file: [String: String]) throws(EngineError) -> String {
        guard let value = file[key] else { throw refused("the key \(key) is missing") }
        return value
    }

    private static func number(_ text: String, _ key: String) throws(EngineError) -> Float {
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Float(text), number.isFinite else {
            throw refused("\(key) is \"\(text)\", expected a decimal number")
        }
        return number
    }

    static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "metadata: \(message)")
    }
}
