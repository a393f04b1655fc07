// A linear model over features: the score is a bias plus the sum of weights times features, in the file's order.
// The model is a CSV with the header feature,weight; the line of the feature "bias" has no feature of its own.
import CRankPlugin
import Foundation

final class Model {
    var names: [String] = []
    var weights: [Float] = []
    var bias: Float = 0

    struct Problem: Error { var text: String }

    init(path: String) throws(Problem) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Problem(text: "cannot read the file of weights")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.first == "feature,weight" else { throw Problem(text: "expected the header feature,weight") }
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",")
            guard fields.count == 2, let weight = Float(fields[1]), weight.isFinite else {
                throw Problem(text: "line \(index + 1): expected a name and a weight")
            }
            if fields[0] == "bias" {
                bias = weight
            } else {
                names.append(String(fields[0]))
                weights.append(weight)
            }
        }
    }

    /// The model that an instance is; the host hands out what `create` gave it.
    static func of(_ instance: UnsafeMutableRawPointer?) -> Model {
        Unmanaged.fromOpaque(instance!).takeUnretainedValue()
    }

    func score(_ query: rank_plugin_query, into scores: UnsafeMutablePointer<Float>) {
        var feature = query.features
        for candidate in 0..<Int(query.candidate_count) {
            var sum = bias
            for weight in weights {
                sum += weight * (feature?.pointee ?? 0)
                feature = feature?.successor()
            }
            scores[candidate] = sum
        }
    }
}

let ok: Int32 = 0
let failed: Int32 = 2

/// The host reads the table whenever it likes: it is never given back.
nonisolated(unsafe) let table: UnsafePointer<rank_plugin_table> = {
    let table = UnsafeMutablePointer<rank_plugin_table>.allocate(capacity: 1)
    table.initialize(to: rank_plugin_table())
    table.pointee.abi_version = RANK_PLUGIN_ABI_VERSION
    table.pointee.table_size = UInt32(MemoryLayout<rank_plugin_table>.size)
    table.pointee.name = UnsafePointer(strdup("linear"))
    table.pointee.version = UnsafePointer(strdup("1.0"))
    table.pointee.create = { path, _, optionCount, instance, error, capacity in
        guard optionCount == 0 else { return rank_plugin_fail(error, capacity, failed, "it takes no options") }
        do throws(Model.Problem) {
            let model = try Model(path: path.map { String(cString: $0) } ?? "")
            instance?.pointee = Unmanaged.passRetained(model).toOpaque()
            return ok
        } catch let problem {
            return rank_plugin_fail(error, capacity, failed, problem.text)
        }
    }
    table.pointee.describe = { instance, description, _, _ in
        let model = Model.of(instance)
        description?.pointee.feature_count = UInt32(model.weights.count)
        description?.pointee.prior = model.bias
        description?.pointee.ns_per_candidate = 3 + Double(model.weights.count)
        withUnsafeMutableBytes(of: &description!.pointee.profile) { $0.copyBytes(from: "linear/1".utf8) }
        return ok
    }
    table.pointee.score = { instance, query, result, _, _ in
        guard let query, let scores = result?.pointee.scores else { return ok }
        Model.of(instance).score(query.pointee, into: scores)
        return ok
    }
    table.pointee.destroy = { instance in
        Unmanaged<Model>.fromOpaque(instance!).release()
    }
    table.pointee.feature_name = { instance, index, name, capacity in
        rank_plugin_fail(name, capacity, ok, Model.of(instance).names[Int(index)])
    }
    return UnsafePointer(table)
}()

@_cdecl("rank_plugin_entry")
public func entry(hostVersion: UInt32) -> UnsafePointer<rank_plugin_table>? { table }
