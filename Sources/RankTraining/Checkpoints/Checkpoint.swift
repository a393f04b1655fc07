import RankEngine
import RankSystem

/// A checkpoint file: whole, and of a known format.
///
/// The file is a safetensors file with the digest of a model file (docs/reference/model-file.md); what it holds is in
/// docs/reference/training.md.
public struct Checkpoint: Sendable {
    /// The format of the file.
    public static let format = ModelMetadata.checkpointFormat + "1"

    /// Named tensors of a checkpoint.
    typealias Tensors = [(name: String, values: TensorFile.Values)]

    /// The path of the file.
    public let path: String
    /// The epochs, sweeps or steps done by then.
    public let epoch: Int
    private let file: TensorFile

    private static let identityPrefix = "identity."

    /// Reads a checkpoint and proves its digest.
    ///
    /// - Throws: `TrainingError` with code `checkpointRefused` when there is no whole checkpoint of a known format.
    public init(path: String) throws(TrainingError) {
        do throws(EngineError) {
            file = try TensorFile(path: path)
        } catch {
            throw TrainingError(
                .checkpointRefused,
                "cannot resume from \(path): \(error.message); give a whole checkpoint, or train without --resume",
                cause: error
            )
        }
        self.path = path
        let format = file.metadata["format"] ?? "none"
        guard format == Self.format else {
            throw TrainingError(
                .checkpointRefused,
                "\(path) is not a checkpoint: its format is \(format), expected \(Self.format); "
                    + "give the file that --checkpoint named"
            )
        }
        guard let text = file.metadata["epoch"], let epoch = Int(text), epoch >= 1 else {
            throw TrainingError(
                .checkpointRefused,
                "\(path) does not tell how far its training had come; give a whole checkpoint, or train without "
                    + "--resume"
            )
        }
        self.epoch = epoch
    }

    /// Whether the file at a path is no checkpoint, so that writing one there would destroy something else.
    ///
    /// An empty file, such as `mktemp` makes, is no loss.
    public static func wouldReplaceOther(at path: String) -> Bool {
        guard let file = FileIdentity(path: path), file.size > 0 else { return false }
        let format = (try? Safetensors(path: path))?.header.metadata["format"]
        return format?.hasPrefix(ModelMetadata.checkpointFormat) != true
    }

    /// Writes a checkpoint: whole and under its own name, or not at all.
    static func write(
        to path: String,
        _ identity: [String: String],
        epoch: Int,
        _ tensors: Tensors
    ) throws(TrainingError) {
        var metadata = ["format": format, "epoch": "\(epoch)"]
        for (key, value) in identity { metadata[identityPrefix + key] = value }
        try TrainingError.translating { () throws(EngineError) in
            try TensorFile.write(to: path, metadata: metadata, tensors: tensors)
        }
    }

    /// A member of the identity, by name.
    func member(_ name: String) -> String? {
        file.metadata[Self.identityPrefix + name]
    }

    /// Throws unless the checkpoint was made with all these members.
    ///
    /// - Parameters:
    ///   - identity: The required members.
    ///   - isWhole: Whether other members are refused.
    /// - Throws: `checkpointRefused` with what differs: the preset or the version alone where it is one of them, since
    ///   then nearly all else does too.
    func requireMatch(_ identity: [String: String], isWhole: Bool = true) throws(TrainingError) {
        var own: [String: String] = [:]
        for (key, value) in file.metadata where key.hasPrefix(Self.identityPrefix) {
            let name = String(key.dropFirst(Self.identityPrefix.count))
            if isWhole || identity[name] != nil { own[name] = value }
        }
        let differences = Set(own.keys).union(identity.keys).sorted().filter { own[$0] != identity[$0] }
        guard differences.isEmpty else {
            let named = Self.telling.first(where: { differences.contains($0) }).map { [$0] } ?? differences
            var list = named.prefix(Self.shownDifferences).map { name in
                "\(name) \(Self.short(own[name], name)) (now \(Self.short(identity[name], name)))"
            }
            list += named.dropFirst(Self.shownDifferences)
            throw refusal(list.joined(separator: ", "))
        }
    }

    /// The error for a checkpoint of another run.
    func refusal(_ difference: String) -> TrainingError {
        TrainingError(
            .checkpointRefused,
            "the checkpoint \(path) is of another run: \(difference); "
                + "give the data and the options it was made with, or train without --resume"
        )
    }

    /// The members that are named alone if they differ, the most important first.
    private static let telling = ["preset", "version", "teacher_preset", "teacher_version"]
    /// The number of differences that are shown with both values; the others are only named.
    private static let shownDifferences = 8

    /// A value as a message shows it: of a hash the first characters are enough.
    private static func short(_ value: String?, _ name: String) -> String {
        guard let value else { return "not there" }
        let limit = name.hasSuffix("sha256") ? 12 : 60
        return value.count > limit ? "\(value.prefix(limit))…" : value
    }

    func floats(_ name: String) throws(TrainingError) -> [Float] {
        try reading { () throws(EngineError) in try file.floats(name) }
    }

    func doubles(_ name: String) throws(TrainingError) -> [Double] {
        try reading { () throws(EngineError) in try file.doubles(name) }
    }

    func numbers(_ name: String) throws(TrainingError) -> [UInt64] {
        try reading { () throws(EngineError) in try file.numbers(name) }
    }

    /// The error for tensors that do not fit together, as no training writes them.
    var inconsistent: TrainingError {
        TrainingError(
            .checkpointRefused,
            "\(path): its tensors do not fit the model; give a checkpoint that rank-train has written"
        )
    }

    private func reading<Value>(_ read: () throws(EngineError) -> Value) throws(TrainingError) -> Value {
        do throws(EngineError) {
            return try read()
        } catch {
            throw TrainingError(.checkpointRefused, "\(path): \(error.message)", cause: error)
        }
    }
}
