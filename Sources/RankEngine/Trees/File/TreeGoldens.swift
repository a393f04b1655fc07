internal import CRankKernels

/// Rows of features and their scores, which an ensemble must reproduce bit for bit.
struct TreeGoldens: Sendable {
    /// The tensors of a file with golden rows.
    static let tensorNames = ["golden.rows", "golden.scores"]

    /// [scores][features], row-major.
    var rows: [Float]
    /// The scores.
    var scores: [Float]

    /// Reads the goldens of a file.
    init(_ file: Safetensors, _ settings: TreeSettings) throws(EngineError) {
        for name in Self.tensorNames where file.tensor(name) == nil { throw Self.refused("tensor \(name) is missing") }
        rows = try file.values(Self.tensorNames[0], .float32)
        scores = try file.values(Self.tensorNames[1], .float32)
        let shape = [scores.count, settings.featureCount]
        guard file.tensor(Self.tensorNames[0])?.shape == shape, file.tensor(Self.tensorNames[1])?.shape.count == 1,
            (1...Goldens.maximumCount).contains(scores.count)
        else {
            throw Self.refused(
                "there must be 1 to \(Goldens.maximumCount) of them, and \(settings.featureCount) features for each"
            )
        }
        guard !settings.takesMissingFeatures, let index = rows.firstIndex(where: \.isNaN) else { return }
        throw Self.refused(
            "feature \(index % settings.featureCount) of row \(index / settings.featureCount) is missing (NaN), and "
                + "missing is false"
        )
    }

    /// The most decisions of all walks of a load: some seconds.
    static let mostSteps = 1 << 32

    /// Refuses rows whose walks would take minutes.
    ///
    /// - Parameter longestWalk: The most decisions of a row, all trees together.
    /// - Throws: ``EngineError/Code/modelRefused``.
    func checkWork(longestWalk: Int) throws(EngineError) {
        let (steps, overflow) = scores.count.multipliedReportingOverflow(by: longestWalk)
        guard !overflow, steps <= Self.mostSteps else {
            throw Self.refused(
                "\(scores.count) of them, each of up to \(longestWalk) decisions, are more than "
                    + "\(Self.mostSteps) steps; write fewer rows"
            )
        }
    }

    /// Demands that the walk gives every margin of the source and every score.
    ///
    /// - Parameters:
    ///   - source: The ensemble.
    ///   - settings: The metadata of the file.
    ///   - file: The file with the source's margins.
    ///   - comparison: The comparison that the file claims; nil for none.
    /// - Throws: ``EngineError/Code/modelRefused``, naming the first row that differs.
    func verify(
        _ source: TreeSource,
        _ settings: TreeSettings,
        with file: Safetensors,
        _ comparison: ModelProof.Comparison?
    ) throws(EngineError) {
        switch settings.sum {
        case .float32:
            let margins = unsafe walked(source, Float(0)) { unsafe $0.float_margins = $1 }
            if let comparison { try compare(margins, with: file, .float32, comparison) }
            try demand(margins.map(settings.output.score))
        case .float64:
            let margins = unsafe walked(source, Double(0)) { unsafe $0.double_margins = $1 }
            if let comparison { try compare(margins, with: file, .float64, comparison) }
            try demand(margins.map(settings.output.score))
        }
    }

    /// The margins of all rows.
    private func walked<Margin: BitwiseCopyable>(
        _ source: TreeSource,
        _ zero: Margin,
        _ place: (inout rank_trees_run, UnsafeMutablePointer<Margin>?) -> Void
    ) -> [Margin] {
        var margins = [Margin](repeating: zero, count: scores.count)
        unsafe rows.withUnsafeBytes { rows in
            unsafe margins.withUnsafeMutableBufferPointer { margins in
                var run = unsafe rank_trees_run()
                unsafe run.rows = rows.baseAddress
                unsafe run.stride = rows.count / 4 / margins.count
                unsafe run.count = margins.count
                unsafe place(&run, margins.baseAddress)
                unsafe rank_trees_walk(source.source, &run)
            }
        }
        return margins
    }

    private func demand(_ found: [Float]) throws(EngineError) {
        for (row, score) in found.enumerated() where score.bitPattern != scores[row].bitPattern || !score.isFinite {
            throw Self.refused("row \(row) must score \(scores[row]), this computer computes \(score)")
        }
    }

    private func compare<Margin: BinaryFloatingPoint & BitwiseCopyable>(
        _ margins: [Margin],
        with file: Safetensors,
        _ type: SafetensorsHeader.ElementType,
        _ comparison: ModelProof.Comparison
    ) throws(EngineError) {
        let name = Goldens.sourceScoresName
        guard let tensor = file.tensor(name), tensor.shape == [scores.count] else {
            throw Self.refused("tensor \(name) is missing or not one number for each of the \(scores.count) rows")
        }
        let others: [Margin] = try file.values(name, type)
        for (row, other) in others.enumerated() {
            guard other.isFinite else { throw Self.refused("element \(row) of tensor \(name) is \(other)") }
            // 0 promises the source's own bits, the sign of 0 among them.
            let isSame = other == margins[row] && other.sign == margins[row].sign
            let difference = Double((other - margins[row]).magnitude)
            guard isSame || comparison.maximumDifference > 0 && difference <= comparison.maximumDifference else {
                throw Self.refused(
                    "row \(row) sums to \(margins[row]), and its source (\(comparison.source)) gave \(other): further "
                        + "apart than the file's proof.max_difference, \(comparison.maximumDifference); convert the "
                        + "model anew"
                )
            }
        }
    }

    private static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "golden scores: \(message)")
    }
}
