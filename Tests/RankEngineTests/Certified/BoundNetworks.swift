import RankEngine
import TestSupport

/// Networks whose lists are certified: ordinary ones, and such as make bounds wide.
enum BoundNetwork: String, CaseIterable, Sendable {
    /// Random weights like those of a training.
    case ordinary
    /// A few weights a thousand times as large as the others.
    case heavyTails
    /// Candidates a hundred times as large as the others.
    case outlierCandidates
    /// Users a hundred times as large as the others.
    case outlierUsers
    /// The same row for every candidate.
    case equalCandidates
    /// Every candidate's row twice, so that every score is met again.
    case twins
    /// No weight but zeros in the second layer.
    case zeroWeights
    /// Only zeros behind the second layer: every score is the last bias.
    case constantScores
    /// Units of the first layer that no pair activates.
    case deadUnits
    /// Every output of the second layer on for every pair.
    case allOn
    /// A bias of each user and a mean.
    case userTerms
    /// More outputs than a bound keeps, of very different weights.
    case wideOutputs

    /// Rows of users and candidates.
    static let (users, candidates) = (12, 600)

    /// The weights.
    func draft(seed: UInt64 = 1) -> ModelDraft {
        var spec = ModelSpec(
            users: Self.users,
            candidates: Self.candidates,
            userDimensions: 8,
            candidateDimensions: 8,
            hidden: [self == .deadUnits ? 70 : 64, self == .wideOutputs ? 100 : 48],
            seed: seed
        )
        if self == .userTerms { (spec.userBias, spec.mean) = (true, true) }
        var draft = spec.draft()
        switch self {
        case .ordinary, .userTerms: break
        case .heavyTails:
            for index in stride(from: 0, to: draft.layers[1].kernel.count, by: 97) {
                draft.layers[1].kernel[index] *= 1_000
            }
        case .outlierCandidates:
            for row in [3, 77, 401] { draft.candidates.scale(row, by: 100) }
        case .outlierUsers:
            draft.users.scale(5, by: 100)
        case .equalCandidates:
            draft.candidates.repeatRows(every: 1)
        case .twins:
            draft.candidates.repeatRows(every: Self.candidates / 2)
        case .zeroWeights:
            for index in draft.layers[1].kernel.indices { draft.layers[1].kernel[index] = 0 }
        case .constantScores:
            for index in draft.layers[2].kernel.indices { draft.layers[2].kernel[index] = 0 }
        case .deadUnits:
            for unit in stride(from: 0, to: 70, by: 3) { draft.layers[0].bias[unit] = -100 }
        case .allOn:
            for output in 0..<48 { draft.layers[1].bias[output] = 100 }
        case .wideOutputs:
            for output in 0..<100 { draft.layers[2].kernel[output] *= Float(output * output) / 1_000 }
        }
        return draft
    }

    /// The model, written and read again.
    func model(seed: UInt64 = 1) throws -> RankModel {
        let directory = try TemporaryDirectory()
        try draft(seed: seed).write(to: directory.file("model"))
        return try RankModel.load(path: directory.file("model"))
    }
}

extension ModelDraft.Table {
    /// Multiplies a row.
    fileprivate mutating func scale(_ row: Int, by factor: Float) {
        for index in (row * dimensions)..<((row + 1) * dimensions) { embedding[index] *= factor }
    }

    /// Repeats the first rows.
    fileprivate mutating func repeatRows(every period: Int) {
        for index in (period * dimensions)..<embedding.count {
            embedding[index] = embedding[index - period * dimensions]
        }
    }
}

extension RankModel {
    /// The ranker whose lists are certified; nil where there is no kernel for bounds.
    func makeCertified(kernel: Kernel? = nil) throws -> EmbeddingRanker? {
        do {
            return try makeRanker(kernel: kernel, topKPlan: .certified)
        } catch {
            guard error.code == .boundRefused, error.message.hasPrefix("bounds need ") else { throw error }
            return nil
        }
    }
}
