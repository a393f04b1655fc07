import RankEngine
import RankSystem
import TestSupport
import Testing

@Suite("Model files that are refused")
struct ModelRefusalTests {
    /// A change of a sealed model file, and the step of the proof that must refuse it.
    struct Damage: CustomTestStringConvertible, Sendable {
        var name: String
        var fixture = "every_term"
        var step: String
        var apply: @Sendable (inout RawModel) -> Void

        var testDescription: String { name }
    }

    private static func metadata(_ key: String, _ value: String?) -> Damage {
        Damage(name: "\(key) \(value ?? "missing")", step: "metadata:") { $0.metadata[key] = value }
    }

    private static func weight(_ tensor: String, _ value: Float) -> Damage {
        Damage(name: "\(value) in \(tensor)", step: "weights: element 0 of tensor \(tensor)") {
            $0.set(tensor, 0, to: value.bitPattern)
        }
    }

    private static let damages: [Damage] =
        [
            metadata("format", "swift-rank/2"), metadata("format", nil), metadata("architecture", "two-tower-rating/3"),
            metadata("architecture", nil), metadata("user_vocabulary", "i32"), metadata("user_vocabulary", nil),
            metadata("candidate_vocabulary", "utf8"), metadata("dot_product", "yes"), metadata("dot_product", nil),
            metadata("label_transform", "rating"), metadata("prior", nil), metadata("prior", "nan"),
            metadata("prior", "inf"), metadata("prior", "0x1p3"), metadata("prior", "1e99"), metadata("prior", ""),
            metadata("claim.test_rmse", "good"), metadata("digest", nil),
            Damage(name: "checkpoint", step: "this is a checkpoint of a training, not a model; give") {
                $0.metadata["format"] = "swift-rank-checkpoint/1"
            },
            Damage(name: "digest too short", step: "digest:") { $0.metadata["digest"] = "00" },
            Damage(name: "digest of another file", step: "digest:") {
                $0.metadata["digest"] = String(repeating: "a", count: 64)
            },
            // Metadata and tensors of the architecture /2 are refused in a file of /1.
            metadata("activations", "tanh"), metadata("output", "sigmoid"), metadata("output", "linear"),
            metadata("proof", "trust me"), metadata("proof", ""), metadata("proof", "source"),
            metadata("proof.source", "keras"), metadata("proof.max_difference", "0"),
        ]
        + steps + proofs
        + ["user_embedding", "candidate_embedding", "dense_0.kernel", "dense_1.bias", "user_bias", "mean"].flatMap {
            [
                weight($0, .nan), weight($0, -.infinity), weight($0, .leastNonzeroMagnitude),
                weight($0, -.leastNormalMagnitude / 2),
            ]
        } + [
            Damage(name: "unknown tensor", step: "tensors: tensor extra is unknown") {
                $0["extra"] = RawModel.Tensor(name: "extra", type: "F32", shape: [1], bytes: [0, 0, 0, 0])
            },
            Damage(name: "a vocabulary tensor of another kind", fixture: "linear", step: "tensors: tensor user_ids") {
                $0["user_ids"] = RawModel.Tensor(name: "user_ids", type: "U64", shape: [0], bytes: [])
            },
            Damage(name: "missing table", step: "tensors:") { $0.tensors.removeAll { $0.name == "user_embedding" } },
            Damage(name: "missing bias of a layer", step: "tensors:") {
                $0.tensors.removeAll { $0.name == "dense_0.bias" }
            },
            Damage(name: "gap between layers", step: "tensors:") {
                $0["dense_1.kernel"].name = "dense_2.kernel"
                $0["dense_1.bias"].name = "dense_2.bias"
            },
            Damage(name: "weights of another type", step: "tensors:") { $0["mean"].type = "I32" },
            Damage(name: "flat table", step: "tensors:") { $0["user_embedding"].shape = [54] },
            Damage(name: "table without rows", step: "tensors:") {
                $0["user_embedding"].shape = [0, 18]
                $0["user_embedding"].bytes = []
            },
            Damage(name: "too wide a table", step: "tensors:") {
                $0["user_embedding"].shape = [1, 65_537]
                $0["user_embedding"].bytes = [UInt8](repeating: 0, count: 65_537 * 4)
            },
            Damage(name: "transposed kernel", step: "tensors:") { $0["dense_0.kernel"].shape.reverse() },
            Damage(name: "a dot product of two widths", step: "tensors:") { $0["user_embedding"].shape = [6, 9] },
            Damage(name: "neither layers nor dot product", fixture: "dot_only", step: "tensors:") {
                $0.metadata["dot_product"] = "false"
            },
            Damage(name: "two outputs", fixture: "linear", step: "tensors:") {
                $0["dense_0.kernel"].shape = [4, 2]
                $0["dense_0.kernel"].bytes += $0["dense_0.kernel"].bytes
                $0["dense_0.bias"].shape = [2]
                $0["dense_0.bias"].bytes += $0["dense_0.bias"].bytes
            },
            Damage(name: "too few biases", step: "tensors:") {
                $0["user_bias"].shape = [2]
                $0["user_bias"].bytes.removeLast(4)
            },
            Damage(name: "one id twice", step: "vocabulary: user id 7 has two rows") {
                $0.set("user_ids", 1, to: UInt64(7))
                $0.set("user_ids", 2, to: UInt64(7))
            },
            Damage(name: "too few ids", step: "vocabulary:") {
                $0["user_ids"].shape = [2]
                $0["user_ids"].bytes.removeLast(8)
            },
            Damage(name: "missing ids", step: "vocabulary:") { $0.tensors.removeAll { $0.name == "user_ids" } },
            Damage(name: "ids of another type", step: "vocabulary:") { $0["user_ids"].type = "I64" },
            Damage(name: "one text twice", fixture: "dot_only", step: "vocabulary:") {
                let half = $0["user_ids.text"].bytes.count / 2
                let first = $0["user_ids.text"].bytes[..<half]
                $0["user_ids.text"].bytes.replaceSubrange(half..., with: first)
            },
            Damage(name: "offsets that descend", fixture: "dot_only", step: "vocabulary:") {
                $0.set("candidate_ids.offsets", 3, to: UInt64(1))
            },
            Damage(name: "offsets beyond the text", fixture: "dot_only", step: "vocabulary:") {
                $0.set("candidate_ids.offsets", 5, to: UInt64.max)
            },
            Damage(name: "text after the last id", fixture: "dot_only", step: "vocabulary:") {
                $0["user_ids.text"].bytes.append(0x41)
                $0["user_ids.text"].shape = [$0["user_ids.text"].bytes.count]
            },
            Damage(name: "an empty id", fixture: "dot_only", step: "vocabulary:") {
                $0.set("candidate_ids.offsets", 2, to: UInt64(0))
            },
            Damage(name: "text for row 0", fixture: "dot_only", step: "vocabulary:") {
                $0.set("candidate_ids.offsets", 1, to: UInt64(1))
            },
            Damage(name: "text that is not UTF-8", fixture: "dot_only", step: "vocabulary:") {
                $0["user_ids.text"].bytes[0] = 0xFF
            },
            // `user-ß1` is 8 bytes, the ß at 5 and 6.
            Damage(name: "an id that starts within a character", fixture: "dot_only", step: "vocabulary:") {
                $0.set("user_ids.offsets", 2, to: UInt64(6))
            },
            Damage(name: "another golden score", step: "golden scores: pair 3") {
                $0["golden.scores"].bytes[12] ^= 1
            },
            Damage(name: "a golden row beyond the table", step: "golden scores:") {
                $0.set("golden.user_rows", 5, to: UInt32.max)
            },
            Damage(name: "no goldens", step: "golden scores:") { file in
                for name in ["golden.user_rows", "golden.candidate_rows", "golden.scores"] {
                    file[name].shape = [0]
                    file[name].bytes = []
                }
            },
            Damage(name: "missing goldens", step: "golden scores:") {
                $0.tensors.removeAll { $0.name == "golden.scores" }
            },
        ]

    private static func activated(_ key: String, _ value: String?, step: String) -> Damage {
        Damage(name: "\(key) \(value ?? "missing") beside activations", fixture: "activated", step: step) {
            $0.metadata[key] = value
        }
    }

    /// Invalid activations and output steps, and those that do not fit the layers.
    private static let steps: [Damage] =
        [
            "", "tanh", "swish" + String(repeating: ",relu", count: 8), "tanh, " + String(repeating: "relu,", count: 8),
            String(repeating: "relu,", count: 9), String(repeating: "relu,", count: 9) + "relu",
        ].map { activated("activations", $0, step: "metadata: activations") }
        + [nil, "", "softmax", "leaky_relu", "tanh(1)", "elu(nan)", "sigmoid,sigmoid"].map { text in
            // Without the key the output is linear, and the goldens are those of a sigmoid.
            activated("output", text, step: text == nil ? "golden scores: pair" : "metadata: output has")
        } + [
            activated("architecture", "two-tower-rating/1", step: "metadata: the key activations belongs to"),
            Damage(name: "a scale of three numbers", fixture: "activated", step: "tensors: tensor output_scale has") {
                $0["output_scale"].shape = [3]
                $0["output_scale"].bytes += [0, 0, 0, 0]
            },
            Damage(
                name: "a scale that is not finite",
                fixture: "activated",
                step: "weights: element 1 of tensor output_scale"
            ) {
                $0.set("output_scale", 1, to: Float.nan.bitPattern)
            },
            Damage(name: "a scale in a file of /1", step: "tensors: tensor output_scale belongs to") {
                $0["output_scale"] = RawModel.Tensor(
                    name: "output_scale",
                    type: "F32",
                    shape: [2],
                    bytes: [UInt8](repeating: 0, count: 8)
                )
            },
        ]

    /// Comparisons with a source that are missing or contradict the metadata.
    private static let proofs: [Damage] = [
        activated("proof", nil, step: "metadata: the key proof.source stands without"),
        activated("proof", "unproved", step: "metadata: the key proof.source stands beside"),
        activated("proof.source", nil, step: "metadata: the key proof.source is missing"),
        activated("proof.source", "", step: "metadata: proof.source is"),
        activated("proof.source", "two\\nlines", step: "metadata: proof.source is"),
        activated("proof.source", String(repeating: "x", count: 201), step: "metadata: proof.source is"),
        activated("proof.max_difference", nil, step: "metadata: the key proof.max_difference is missing"),
        activated("proof.max_difference", "-1", step: "metadata: proof.max_difference is"),
        activated("proof.max_difference", "nan", step: "metadata: proof.max_difference is"),
        activated("proof.max_difference", "0x1p3", step: "metadata: proof.max_difference is"),
        activated(
            "proof.max_difference",
            "5e-07",
            step: "golden scores: pair 0, of user row 1 and candidate row 1, scores"
        ),
        Damage(
            name: "no scores of the source",
            fixture: "activated",
            step: "golden scores: tensor golden.source_scores"
        ) {
            $0.tensors.removeAll { $0.name == "golden.source_scores" }
        },
        Damage(
            name: "too few scores of the source",
            fixture: "activated",
            step: "golden scores: tensor golden.source_scores"
        ) {
            $0["golden.source_scores"].shape = [255]
            $0["golden.source_scores"].bytes.removeLast(4)
        },
        Damage(
            name: "a score of the source that is none",
            fixture: "activated",
            step: "golden scores: element 9 of tensor"
        ) {
            $0.set("golden.source_scores", 9, to: Float.infinity.bitPattern)
        },
        Damage(
            name: "a score of the source far away",
            fixture: "activated",
            step: "golden scores: pair 255, of user row 0"
        ) {
            $0.set("golden.source_scores", 255, to: Float(2.5).bitPattern)
        },
        Damage(
            name: "scores of a source without a proof",
            fixture: "activated",
            step: "tensors: tensor golden.source_scores"
        ) {
            for key in ["proof", "proof.source", "proof.max_difference"] { $0.metadata[key] = nil }
        },
    ]

    @Test(arguments: damages)
    func damaged(_ damage: Damage) throws {
        var raw = try RawModel(fixture: damage.fixture)
        damage.apply(&raw)
        let error = try load(raw.sealed())
        #expect(error?.code == .modelRefused)
        #expect(error?.message.contains(damage.step) == true, "\(error?.message ?? "accepted")")
    }

    @Test func undamaged() throws {
        for fixture in ["every_term", "dot_only", "linear", "activated"] {
            #expect(try load(RawModel(fixture: fixture).sealed()) == nil)
        }
    }

    @Test func truncatedAnywhere() throws {
        let file = try readFile("\(fixtures)/model/linear.rank")
        let directory = try TemporaryDirectory()
        let path = directory.file("model")
        try writeFile(path, file)
        for length in stride(from: file.count - 1, through: 0, by: -1) {
            try #require(truncate(path, length) == 0)
            let error = engineError { _ = try RankModel.load(path: path) }
            #expect(error?.code == .modelRefused, "\(length) bytes")
        }
    }

    @Test func anyBitFlipped() throws {
        var file = try readFile("\(fixtures)/model/linear.rank")
        let directory = try TemporaryDirectory()
        let path = directory.file("model")
        try writeFile(path, file)
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        var accepted: [Int] = []
        for bit in 0..<(file.count * 8) {
            let (byte, mask) = (bit / 8, UInt8(1) << (bit % 8))
            file[byte] ^= mask
            try #require(pwrite(descriptor, [file[byte]], 1, byte) == 1)
            if engineError({ _ = try RankModel.load(path: path) })?.code != .modelRefused { accepted.append(bit) }
            file[byte] ^= mask
            try #require(pwrite(descriptor, [file[byte]], 1, byte) == 1)
        }
        #expect(accepted.isEmpty)
        _ = try RankModel.load(path: path)
    }

    /// A pipe without a writer is refused at once.
    @Test(.timeLimit(.minutes(1))) func filesThatCannotBeRead() throws {
        let directory = try TemporaryDirectory()
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        for path in [directory.file("nothing"), directory.path, directory.file("pipe"), "/dev/null", ""] {
            #expect(engineError { _ = try RankModel.load(path: path) }?.code == .cannotRead, "\(path)")
        }
    }

    private func load(_ bytes: [UInt8]) throws -> EngineError? {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), bytes)
        return engineError { _ = try RankModel.load(path: directory.file("model")) }
    }
}
