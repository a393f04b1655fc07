import RankEngine
import TestSupport
import Testing

@Suite("Ensembles of trees that are refused")
struct TreeRefusalTests {
    /// A change of a sealed file, and a part of the message that must refuse it.
    struct Damage: CustomTestStringConvertible, Sendable {
        var name: String
        var fixture = "margins"
        var message: String
        var apply: @Sendable (inout RawModel) -> Void

        var testDescription: String { name }
    }

    private static func metadata(_ key: String, _ value: String?, _ message: String, of fixture: String = "margins")
        -> Damage
    {
        Damage(name: "\(key) \(value ?? "missing")", fixture: fixture, message: "metadata: \(message)") {
            $0.metadata[key] = value
        }
    }

    private static func tensor(
        _ name: String,
        _ index: Int,
        _ value: UInt32,
        _ message: String,
        of fixture: String = "margins"
    ) -> Damage {
        Damage(name: "\(value) at \(index) of \(name)", fixture: fixture, message: message) {
            $0.set(name, index, to: value)
        }
    }

    private static func missing(_ name: String, _ message: String, of fixture: String = "margins") -> Damage {
        Damage(name: "no \(name)", fixture: fixture, message: message) { file in
            file.tensors.removeAll { $0.name == name }
        }
    }

    private static func flags(_ value: UInt8, _ message: String, of fixture: String = "margins") -> Damage {
        Damage(name: "flags \(value)", fixture: fixture, message: message) { $0["nodes.flags"].bytes[0] = value }
    }

    private static let settings: [Damage] = [
        metadata("architecture", "tree-ensemble/2", "architecture is"),
        metadata("format", "swift-rank/2", "format is"),
        metadata("sum", "float16", "sum is \"float16\"; expected float32 or float64"),
        metadata("sum", nil, "the key sum is missing"),
        metadata("output", "softmax", "output is \"softmax\"; this version knows logistic_xgboost"),
        metadata("output", "logistic(nan)", "output is"), metadata("output", "logistic(0)", "output is"),
        metadata("output", "logistic(0x1p3)", "output is"), metadata("output", "", "output is"),
        metadata("output", "logistic(1)", "output logistic(1.0) does not go with sum float32"),
        metadata("output", "logistic_xgboost", "output logistic_xgboost does not go with", of: "doubles"),
        metadata("missing", "maybe", "missing is"), metadata("missing", nil, "the key missing is missing"),
        metadata("ids", "i64", "ids is"), metadata("ids", nil, "the key ids is missing"),
        metadata("features", "0", "features is"), metadata("features", "06", "features is"),
        metadata("features", "65537", "features is"), metadata("features", nil, "the key features is missing"),
        metadata("query_columns", "0,6", "query_columns is"), metadata("query_columns", "3,0", "query_columns is"),
        metadata("query_columns", "0,0", "query_columns is"), metadata("query_columns", "", "query_columns is"),
        metadata("query_columns", "0, 3", "query_columns is"), metadata("query_columns", "-1", "query_columns is"),
        metadata("bagging", "0.5", "the key \"bagging\" is unknown"),
        metadata("proof", nil, "the key proof is missing"),
        metadata("proof", "trust me", "proof is"), metadata("prior", "nan", "prior is"),
        metadata("label_transform", "rating", "label_transform"),
    ]

    private static let nodes: [Damage] = [
        tensor("nodes.feature", 0, 6, "trees: tree 1, node 0: feature 6 is none of the 6 columns"),
        tensor("nodes.threshold", 0, Float.nan.bitPattern, "trees: tree 1, node 0: the threshold is NaN"),
        tensor("nodes.left", 0, 0, "trees: tree 1, node 0: the child is node 0, which is reached twice"),
        tensor("nodes.right", 1, 0, "trees: tree 1, node 1: the child is node 0, which is reached twice"),
        tensor("nodes.left", 0, 100_000, "trees: tree 1, node 0: the child is node 100000 of"),
        tensor("nodes.left", 0, 0x8000_0000, "trees: tree 1, node 0: the child is leaf 2147483647 of"),
        tensor("nodes.left", 0, .max, "trees: tree 1"),
        flags(64, "trees: tree 1, node 0: flags 64 have bits that this version does not know"),
        flags(16, "trees: tree 1, node 0: flags 16 mix those of numbers and those of categories"),
        flags(5, "trees: tree 1, node 0: flags 5 mix"), flags(9, "trees: tree 1, node 0: flags 9 mix"),
        flags(8, "trees: tree 1, node 0: the threshold is"),
        Damage(
            name: "a categorical node without sets",
            message: "tree 1, node 0: a categorical node, and the file has no sets"
        ) {
            $0["nodes.flags"].bytes[0] = 1
            $0.set("nodes.threshold", 0, to: UInt32(0))
        },
        Damage(name: "two nodes of one parent swapped for one", message: "is reached twice") {
            let left = $0["nodes.left"].bytes[0..<4]
            $0["nodes.right"].bytes.replaceSubrange(0..<4, with: left)
        },
        tensor("leaves.value", 3, Float.infinity.bitPattern, "trees: tree 1, leaf 2: inf is not finite"),
        tensor("leaves.value", 0, Float.nan.bitPattern, "trees: tree 0, leaf 0: nan is not finite"),
        tensor("leaves.value", 0, Float(2e38).bitPattern, "trees: tree 0: the sum may overflow"),
        tensor("base", 0, Float.nan.bitPattern, "trees: base is nan"),
        tensor("base", 0, Float.greatestFiniteMagnitude.bitPattern, "trees: tree 0: the sum may overflow"),
    ]

    private static let categories: [Damage] = [
        Damage(name: "a set beyond the sets", fixture: "doubles", message: "is none of the") { file in
            for node in 0..<(file["nodes.set"].bytes.count / 4) { file.set("nodes.set", node, to: UInt32(10_000)) }
        },
        Damage(name: "a set at a node of numbers", fixture: "doubles", message: "at a node that is not categorical") {
            file in
            let node = file["nodes.flags"].bytes.firstIndex { $0 & 1 == 0 } ?? 0
            file.set("nodes.set", node, to: UInt32(1))
        },
        Damage(name: "a threshold at a categorical node", fixture: "doubles", message: "where flags") { file in
            let node = file["nodes.flags"].bytes.firstIndex { $0 & 1 == 1 } ?? 0
            file.set("nodes.threshold", node, to: Float(-0.0).bitPattern)
        },
        Damage(name: "sets without categorical nodes", message: "trees: there are sets, and no categorical node") {
            file in
            file["nodes.set"] = .init(
                name: "nodes.set",
                type: "U32",
                shape: file["nodes.left"].shape,
                bytes: [UInt8](repeating: 0, count: file["nodes.left"].bytes.count)
            )
            file["sets.offsets"] = .init(
                name: "sets.offsets",
                type: "U32",
                shape: [2],
                bytes: [0, 0, 0, 0, 1, 0, 0, 0]
            )
            file["sets.words"] = .init(name: "sets.words", type: "U32", shape: [1], bytes: [1, 0, 0, 0])
        },
        tensor("sets.offsets", 1, 100_000, "trees: element 2 of tensor sets.offsets", of: "doubles"),
        tensor("sets.offsets", 0, 1, "trees: element 0 of tensor sets.offsets is 1", of: "doubles"),
        missing("nodes.set", "trees: tensor nodes.set is missing", of: "doubles"),
        missing("sets.words", "trees: tensor sets.words is missing", of: "doubles"),
    ]

    private static let arrays: [Damage] =
        [
            "trees.nodes", "trees.leaves", "nodes.feature", "nodes.threshold", "nodes.flags", "nodes.left",
            "nodes.right",
            "leaves.value", "base",
        ].flatMap { name in
            [
                missing(name, "trees: tensor \(name) is missing"),
                Damage(name: "\(name) too short", message: "trees: ") { file in
                    file[name].bytes.removeLast(name == "nodes.flags" ? 1 : 4)
                    file[name].shape[0] -= 1
                },
                Damage(name: "\(name) of another type", message: "trees: tensor \(name) is") { file in
                    file[name].type = name == "nodes.flags" ? "I8" : "BOOL"
                    if name != "nodes.flags" { file[name].shape[0] *= 4 }
                },
                Damage(name: "\(name) of two dimensions", message: "trees: tensor \(name) is") {
                    $0[name].shape.append(1)
                },
            ]
        } + [
            tensor("trees.nodes", 0, 1, "trees: element 0 of tensor trees.nodes is 1; offsets start with 0"),
            tensor("trees.nodes", 2, 0, "trees: tree 1: leaf"),
            tensor("trees.leaves", 1, 0, "trees: tree 0, node 0: the child is leaf 0 of 0"),
            tensor("trees.leaves", 1, .max, "trees: element 2 of tensor trees.leaves"),
            Damage(name: "a tensor of a network", message: "trees: tensor mean is unknown") {
                $0["mean"] = .init(name: "mean", type: "F32", shape: [1], bytes: [0, 0, 0, 0])
            },
            Damage(name: "no trees", message: "trees: tensor trees.nodes has 1 elements") { file in
                for name in ["trees.nodes", "trees.leaves"] {
                    file[name].bytes = [0, 0, 0, 0]
                    file[name].shape = [1]
                }
            },
        ]

    private static let goldens: [Damage] = [
        missing("golden.rows", "golden scores: tensor golden.rows is missing"),
        missing("golden.scores", "golden scores: tensor golden.scores is missing"),
        missing("golden.source_scores", "golden scores: tensor golden.source_scores is missing"),
        Damage(name: "another golden score", message: "golden scores: row 3 must score") {
            $0["golden.scores"].bytes[12] ^= 1
        },
        Damage(name: "another margin of the source", message: "golden scores: row 2 sums to") {
            $0["golden.source_scores"].bytes[8] ^= 1
        },
        Damage(name: "another margin in float64", fixture: "doubles", message: "golden scores: row 2 sums to") {
            $0["golden.source_scores"].bytes[16] ^= 1
        },
        Damage(name: "a margin that is none", message: "golden scores: element 1 of tensor golden.source_scores is nan")
        {
            $0.set("golden.source_scores", 1, to: Float.nan.bitPattern)
        },
        Damage(name: "margins without a proof", message: "tensor golden.source_scores belongs to the proofs") {
            $0.metadata["proof"] = "unproved"
            $0.metadata["proof.source"] = nil
            $0.metadata["proof.max_difference"] = nil
        },
        Damage(
            name: "a golden row with a missing feature",
            fixture: "present",
            message: "feature 1 of row 0 is missing"
        ) {
            $0.set("golden.rows", 1, to: Float.nan.bitPattern)
        },
        Damage(name: "golden rows of another width", message: "golden scores: there must be 1 to 65536 of them") {
            $0["golden.rows"].shape = [60, 4]
        },
        Damage(name: "no goldens", message: "golden scores: there must be 1 to 65536 of them") { file in
            for (name, shape) in [("golden.rows", [0, 6]), ("golden.scores", [0])] {
                file[name].shape = shape
                file[name].bytes = []
            }
        },
    ]

    private static let names: [Damage] = [
        Damage(
            name: "a name twice",
            fixture: "doubles",
            message: "feature names: the name of feature 1, \"age\", occurs twice"
        ) {
            let text = Array("ageage".utf8) + $0["features.names.text"].bytes.dropFirst(8)
            $0["features.names.text"].bytes = text
            $0["features.names.text"].shape = [text.count]
            for (index, end) in [3, 6, 6 + 14, text.count].enumerated() {
                $0.set("features.names.offsets", index + 1, to: UInt64(end))
            }
        },
        Damage(name: "an empty name", fixture: "doubles", message: "feature names: the name of feature 1 is empty") {
            $0.set("features.names.offsets", 2, to: UInt64(3))
        },
        Damage(name: "names beyond the text", fixture: "doubles", message: "feature names: ") {
            $0.set("features.names.offsets", 2, to: UInt64.max)
        },
        Damage(name: "names that are not UTF-8", fixture: "doubles", message: "feature names: the name of feature 0") {
            $0["features.names.text"].bytes[0] = 0xFF
        },
        missing("features.names.offsets", "has no tensor features.names.offsets", of: "doubles"),
    ]

    @Test(arguments: settings + nodes + categories + arrays + goldens + names)
    func damaged(_ damage: Damage) throws {
        var raw = try RawModel(readFile("\(fixtures)/trees/\(damage.fixture).rank"))
        damage.apply(&raw)
        let error = try load(raw.sealed())
        #expect(error?.code == .modelRefused)
        #expect(error?.message.contains(damage.message) == true, "\(error?.message ?? "accepted")")
    }

    @Test(arguments: TreeFixture.all)
    func undamaged(_ fixture: TreeFixture) throws {
        #expect(try load(RawModel(readFile(fixture.path)).sealed()) == nil)
    }

    @Test func marginsMayDifferAsFarAsTheFileSays() throws {
        var raw = try RawModel(readFile(TreeFixture.all[0].path))
        raw.metadata["proof.max_difference"] = "1e-05"
        raw["golden.source_scores"].bytes[8] ^= 1
        #expect(try load(raw.sealed()) == nil)
    }

    @Test func truncatedAnywhere() throws {
        let file = try readFile(TreeFixture.all[2].path)
        let directory = try TemporaryDirectory()
        let path = directory.file("model")
        for length in stride(from: file.count - 1, through: 0, by: -1) {
            try writeFile(path, Array(file[..<length]))
            let error = engineError { _ = try LoadedModel.load(path: path) }
            #expect(error?.code == .modelRefused, "\(length) bytes")
        }
    }

    private func load(_ bytes: [UInt8]) throws -> EngineError? {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), bytes)
        return engineError { _ = try LoadedModel.load(path: directory.file("model")) }
    }
}
