import ArgumentParser
import RankData
import RankEngine
import RankTraining

/// The data that a trained model is tested on, and their split.
struct ModelDataArguments: ParsableArguments {
    @OptionGroup var source: DataArguments

    @Option(
        help: """
            The test set: seed:N, a CSV file of test pairs, or none (default: that of the training, unless it is a \
            file; none for a model that was trained on all ratings, except to evaluate it).
            """,
        transform: SplitSpec.init(parsing:)
    )
    var split: SplitSpec?

    /// Data and their split.
    struct Tested {
        let data: DataSet
        let spec: SplitSpec
        let split: Split
        /// The fingerprint of data and split, to be compared with the model's file.
        let fingerprint: DataFingerprint
    }

    /// Reads the data and splits them.
    ///
    /// - Parameters:
    ///   - model: The description in the model's file.
    ///   - standard: The split where none is given; nil for that of the training.
    ///   - orNone: Whether a training without a test set has such a split.
    /// - Returns: The data and their split.
    /// - Throws: `CommandFailure` that asks for the split, `DataError`.
    func load(for model: ModelMetadata, standard: SplitSpec? = nil, orNone: Bool) throws -> Tested {
        // A model tested with a split file and then trained on all ratings is refused because it has seen them, not
        // because of the file.
        let seen = model.fingerprint.isRefitted ? SplitSpec.none : nil
        let own = Result { try SplitSpec(of: model.fingerprint, orNone: orNone) }
        let spec = try split ?? standard ?? (try? own.get()) ?? seen ?? own.get()
        let data = try source.load()
        let split = try spec.resolve(data.ratings)
        return Tested(data: data, spec: spec, split: split, fingerprint: DataFingerprint(data, split, as: spec))
    }
}
