import CommandSupport
import RankCore
import RankPool

/// The results of a verification.
struct VerifyReport: Sendable {
    /// Lists compared.
    var lists = 0
    /// Scores compared, each as often as a worker was asked for it.
    private(set) var candidates = 0
    /// Requests that the lists were split into.
    private(set) var parts = 0
    /// Candidates that each worker scored.
    private(set) var candidatesOfWorker: [String: Int] = [:]
    /// One line for each list that differs.
    var mismatches: [String] = []
    /// The proof of the model by INFO; empty where no worker names one.
    var proof = ""

    /// Counts the requests of one list.
    mutating func count(_ parts: [PartReport]) {
        self.parts += parts.count
        for part in parts {
            candidates += part.candidateCount
            candidatesOfWorker[part.endpoint, default: 0] += part.candidateCount
        }
    }

    private var workers: [(key: String, value: Int)] { candidatesOfWorker.sorted { $0.key < $1.key } }

    /// For people.
    var text: String {
        var table = TextTable([("worker", .left), ("candidates", .right)])
        for (endpoint, count) in workers { table.append([endpoint, grouped(count)]) }
        let differ = "\(counted(mismatches.count, "list")) \(mismatches.count == 1 ? "differs" : "differ")"
        let verdict = mismatches.isEmpty ? "the same bits as the model file" : differ
        return table.text(for: .output)
            + "\(counted(lists, "list")) in \(counted(parts, "request")), \(counted(candidates, "score")): \(verdict)\n"
            + (proof == "unproved"
                ? "the model is unproved: it was converted, and not compared with its source's scores\n" : "")
    }

    /// For machines.
    var json: JSONValue {
        [
            "lists": .integer(lists), "requests": .integer(parts), "candidates": .integer(candidates),
            "workers": .object(workers.map { JSONValue.Member($0.key, .integer($0.value)) }),
            "mismatches": .array(mismatches.map { .string($0) }), "proof": .string(proof),
        ]
    }
}
