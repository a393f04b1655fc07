internal import CRankKernels

/// A model in a reduced precision, compared with its scores in float32 before it serves.
struct Quantization {
    /// The network that scores.
    let network: QuantizedNetwork
    /// The kernel that runs.
    let kernel: Kernel
    /// The scores of the file's golden pairs in this precision, as the scalar kernel computes them.
    let goldenScores: [Float]
    /// The measured difference from fp32; nil if not measured.
    let error: ScoreError?
    /// Facts for INFO.
    let facts: [(key: String, value: String)]

    /// Makes the tables and, with a limit, measures the error.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - kernel: A kernel of a precision other than fp32.
    ///   - errorLimit: The largest allowed difference of a score from that in fp32; nil to measure nothing.
    /// - Throws: ``EngineError/Code/precisionRefused``, naming the measured error and the limit.
    init(_ model: RankModel, _ kernel: Kernel, errorLimit: Float?) throws(EngineError) {
        self.kernel = kernel
        let precision = kernel.precision
        let exact = Network(model.weights, kernel: .best.fused)
        network = QuantizedNetwork(exact, try QuantizedWeights(exact, kernel: kernel, model.shape))
        goldenScores = network.scores(of: model.goldens)
        guard let errorLimit else {
            (error, facts) = (nil, [])
            return
        }
        let found = ScoreError(network, exact, model.shape)
        (error, facts) = (found, found.facts(limit: errorLimit))
        guard found.maximum <= errorLimit else {
            throw EngineError(
                .precisionRefused,
                "in \(precision) a score is \(found.maximum) from that in fp32, measured on \(found.userCount) users "
                    + "and \(found.candidateCount) candidates, and the limit is \(errorLimit) (top-10 overlap "
                    + "\(found.topTenOverlap)); serve in a wider precision, or allow a larger error"
            )
        }
        for (index, score) in goldenScores.enumerated() {
            let (wanted, user) = (model.goldens.scores[index], model.goldens.userRows[index])
            guard (score - wanted).magnitude <= errorLimit else {
                throw EngineError(
                    .precisionRefused,
                    "in \(precision) the golden pair \(index), of rows \(user) and "
                        + "\(model.goldens.candidateRows[index]), scores \(score) and not \(wanted), and the "
                        + "limit is \(errorLimit); serve in a wider precision, or allow a larger error"
                )
            }
        }
    }
}

extension QuantizedNetwork {
    /// The scores of golden pairs by the scalar kernel.
    fileprivate func scores(of goldens: Goldens) -> [Float] {
        goldens.userRows.indices.map { index in
            var (row, score) = (goldens.candidateRows[index], Float(0))
            unsafe run(goldens.userRows[index], rows: &row, count: 1, scores: &score, isReference: true)
            return score
        }
    }
}
