import CommandSupport
import RankData
import RankEngine

extension SplitSpec {
    /// The split of a model's training, if its file tells enough to make it again.
    ///
    /// - Parameters:
    ///   - fingerprint: The fingerprint of the model.
    ///   - orNone: Whether a training on all ratings, without a test set, counts.
    /// - Throws: `CommandFailure` that asks for the split.
    init(of fingerprint: TrainingFingerprint, orNone: Bool = false) throws {
        let name = fingerprint["split"]
        if orNone && fingerprint.isRefitted {
            self = .none
            return
        }
        if case .seed(let seed)? = try? SplitSpec(parsing: name) {
            self = .seed(seed)
            return
        }
        if orNone && name == "none" {
            self = .none
            return
        }
        let reason =
            switch name {
            case "none": "the model was trained on all ratings, without a test set"
            case TrainingFingerprint.unknown: "the model does not say with which split it was trained"
            default: "the model was trained with the split file \(name)"
            }
        throw CommandFailure(.usage, "\(reason); give --split seed:N or a file of test pairs")
    }
}
