import RankEngine
import RankSystem
import TestSupport
import Testing

@Suite("Writing model files")
struct ModelDraftTests {
    @Test func theSameDraftGivesTheSameBytes() throws {
        let directory = try TemporaryDirectory()
        let draft = ModelSpec(dotProduct: true, userBias: true, mean: true).draft()
        let first = try draft.write(to: directory.file("a"))
        let second = try draft.write(to: directory.file("b"))
        #expect(first == second)
        #expect(try readFile(directory.file("a")) == readFile(directory.file("b")))
        #expect(try readFile(directory.file("a")).count > 64)
        #expect(directory.names == ["a", "b"])
    }

    @Test func theHeaderEndsOnAMultipleOf64() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec().draft()
        for length in 0..<70 {
            draft.metadata.fingerprint = TrainingFingerprint(["data": String(repeating: "x", count: length)])
            try draft.write(to: directory.file("model"))
            let file = try Safetensors(path: directory.file("model"))
            #expect(file.header.tensors[0].bytes.lowerBound % 64 == 0)
        }
    }

    @Test func metadataComesBack() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec().draft()
        draft.metadata = ModelMetadata(
            labelTransform: .identity,
            prior: 0.1 + 0.2,
            fingerprint: TrainingFingerprint([
                "data": "quotes \" \\ \n \u{1F600} \"digest\":\"", "seed": "42", "version": "1",
            ]),
            claimedTestRMSE: 1e-9
        )
        try draft.write(to: directory.file("model"))
        let model = try RankModel.load(path: directory.file("model"))
        #expect(model.metadata == draft.metadata)
        #expect(model.metadata.fingerprint["split"] == "unknown")
        #expect(model.rawMetadata["format"] == "swift-rank/1")
    }

    @Test func subnormalsAndNegativeZerosBecomeZero() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec().draft()
        draft.users.embedding[3] = -0.0
        draft.candidates.embedding[5] = Float.leastNormalMagnitude / 2
        draft.layers[0].bias[0] = -Float.leastNonzeroMagnitude * 5
        try draft.write(to: directory.file("model"))
        let file = try Safetensors(path: directory.file("model"))
        #expect(try file.floats("user_embedding")[3].bitPattern == 0)
        #expect(try file.floats("candidate_embedding")[5].bitPattern == 0)
        #expect(try file.floats("dense_0.bias")[0].bitPattern == 0)
        #expect(try file.floats("user_embedding")[4] == draft.users.embedding[4])
    }

    @Test func vocabulariesComeBack() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec(users: 4, candidates: 3).draft()
        draft.users.ids = .numbers([99, 0, .max, 7])
        draft.candidates.ids = .numbers([0, 5, 6])
        try draft.write(to: directory.file("model"))
        var model = try RankModel.load(path: directory.file("model"))
        #expect(
            ["0", "\(UInt64.max)", "7", "99", "-1", "x"].map { model.users.row(ofText: $0) } == [
                1, 2, 3, nil, nil, nil,
            ]
        )
        #expect((0...4).map { model.users.id(ofRow: $0) } == [nil, "0", "\(UInt64.max)", "7", nil])

        draft.users.ids = .texts(["", "ann", "änn", "an"])
        draft.candidates.ids = .texts(["ignored", "0", "1"])
        try draft.write(to: directory.file("model"))
        model = try RankModel.load(path: directory.file("model"))
        #expect(["ann", "änn", "an", "a", "", "annn"].map { model.users.row(ofText: $0) } == [1, 2, 3, nil, nil, nil])
        #expect(model.candidates.id(ofRow: 2) == "1")
        #expect(model.candidates.summary == "count 2")
    }

    @Test func aLoadedModelIsADraftOfItself() throws {
        let directory = try TemporaryDirectory()
        let ids: [(ModelDraft.IDs, ModelDraft.IDs)] = [
            (.identity, .identity), (.numbers([0, 9, 0, 5]), .identity),
            (.texts(["", "b", "ä", "a"]), .texts(["", "x", "y"])),
        ]
        for (users, candidates) in ids {
            var draft = ModelSpec(users: 4, candidates: 3, dotProduct: true, userBias: true, mean: true).draft()
            (draft.users.ids, draft.candidates.ids) = (users, candidates)
            draft.metadata.fingerprint = TrainingFingerprint(["version": "1"])
            let id = try draft.write(to: directory.file("a"))
            let model = try RankModel.load(path: directory.file("a"))
            #expect(try ModelDraft(model).write(to: directory.file("b")) == id)
        }
    }

    @Test func identityKnowsItsRowsOnly() throws {
        let directory = try TemporaryDirectory()
        try ModelSpec(users: 3).draft().write(to: directory.file("model"))
        let users = try RankModel.load(path: directory.file("model")).users
        let ids = ["0", "1", "2", "3", "4294967297", "\(UInt64.max)"]
        #expect(ids.map { users.row(ofText: $0) } == [nil, 1, 2, nil, nil, nil])
        #expect(users.summary == "1-2")
    }

    /// A draft that is no model.
    struct Wrong: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var apply: @Sendable (inout ModelDraft) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout ModelDraft) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    @Test(
        arguments: [
            Wrong("NaN weight") { $0.layers[0].kernel[7] = .nan },
            Wrong("infinite embedding") { $0.candidates.embedding[0] = .infinity },
            Wrong("infinite mean") { $0.mean = -.infinity },
            Wrong("infinite prior") { $0.metadata.prior = .infinity },
            Wrong("ragged table") { $0.users.embedding.removeLast() },
            Wrong("no dimensions") { $0.users.dimensions = 0 },
            Wrong("empty table") { $0.users.embedding = [] },
            Wrong("short kernel") { $0.layers[1].kernel.removeLast() },
            Wrong("two outputs") { $0.layers.removeLast() },
            Wrong("nothing to compute") { $0.layers = [] },
            Wrong("dot product of two widths") {
                $0.dotProduct = true
                $0.users.dimensions = 4
                $0.layers[0].kernel.removeLast(4 * 16)
            },
            Wrong("too few biases") { $0.users.bias = [1] },
            Wrong("too few ids") { $0.users.ids = .numbers([0, 1]) },
            Wrong("one number twice") { $0.users.ids = .numbers([0, 1, 2, 3, 1]) },
            Wrong("an empty text") {
                $0.users.ids = .texts(["", "a", "", "c", "d"])
                $0.candidates.ids = .texts((0..<23).map { "\($0)" })
            },
            Wrong("numbers for users, texts for candidates") { $0.candidates.ids = .texts((0..<23).map { "\($0)" }) },
        ]
    )
    func refusesAndLeavesNothing(_ wrong: Wrong) throws {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("model"), [1, 2, 3])
        var draft = ModelSpec().draft()
        wrong.apply(&draft)
        #expect(engineError { try draft.write(to: directory.file("model")) }?.code == .invalidModel)
        #expect(try readFile(directory.file("model")) == [1, 2, 3])
        #expect(directory.names == ["model"])
    }

    @Test func refusesGoldensThatOverflow() throws {
        let directory = try TemporaryDirectory()
        var draft = ModelSpec(hidden: nil, dotProduct: true).draft()
        draft.users.embedding = draft.users.embedding.map { _ in 1e30 }
        draft.candidates.embedding = draft.candidates.embedding.map { _ in 1e30 }
        #expect(engineError { try draft.write(to: directory.file("model")) }?.code == .scoreNotFinite)
        #expect(directory.names.isEmpty)
    }

    @Test func pathsThatCannotBeWritten() throws {
        let directory = try TemporaryDirectory()
        try writeFile(directory.file("file"), [1])
        let draft = ModelSpec().draft()
        for path in [directory.path, directory.file("none/model"), directory.file("file/model"), "/proc/model", ""] {
            let error = engineError { try draft.write(to: path) }
            #expect(error?.code == .cannotWrite, "\(path): \(String(describing: error))")
        }
        #expect(directory.names == ["file"])
    }

    @Test func neverTakesThePlaceOfADevice() throws {
        let directory = try TemporaryDirectory()
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        symlink("/dev/null", directory.file("null"))
        // Like /dev/stdout, whatever standard output is.
        let file = open(#filePath, O_RDONLY | O_CLOEXEC)
        #expect(file >= 0)
        defer { close(file) }
        symlink("/proc/self/fd/\(file)", directory.file("stdout"))
        for name in ["pipe", "null", "stdout"] {
            let error = engineError { try ModelSpec().draft().write(to: directory.file(name)) }
            #expect(error?.code == .cannotWrite)
            #expect(error?.message.contains("not a regular file") == true)
        }
        #expect(directory.names == ["null", "pipe", "stdout"])
        var status = stat()
        #expect(stat(directory.file("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }

    @Test func aFailureHalfwayLeavesTheOldFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("model")
        try writeFile(path, [1, 2, 3])
        let failure = EngineError(.cannotWrite, "the disk is full")
        let whileWriting = engineError {
            try AtomicFile<EngineError>.replace(path: path) { (file) throws(EngineError) in
                let bytes: [UInt8] = [4, 5]
                let appended = bytes.withUnsafeBytes { bytes in Result { try file.append(bytes) } }
                if case .failure = appended { return }
                throw failure
            }
        }
        #expect(whileWriting?.message == failure.message)
        let whileVerifying = engineError {
            try AtomicFile<EngineError>.replace(
                path: path,
                write: { _ in },
                verify: { (_) throws(EngineError) in throw failure }
            )
        }
        #expect(whileVerifying?.message == failure.message)
        #expect(try readFile(path) == [1, 2, 3])
        #expect(directory.names == ["model"])
    }
}

@Suite("Writing model files where the system refuses")
struct RefusedWriteTests {
    @Test func aFileThatMayNotGrowLeavesNothing() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            try writeFile(directory.file("model"), [1, 2, 3])
            // Writes beyond the limit then fail with EFBIG, after part of the file has been written.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 3000, rlim_max: 3000)
            guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { exit(1) }
            let error = engineError { try ModelSpec().draft().write(to: directory.file("model")) }
            guard error?.code == .cannotWrite, error?.errno == EFBIG else { exit(2) }
            guard directory.names == ["model"], try readFile(directory.file("model")) == [1, 2, 3] else { exit(3) }
            exit(0)
        }
    }

    @Test func aDirectoryThatMayNotBeWrittenIsLeftAlone() async {
        await #expect(processExitsWith: .success) {
            let directory = try TemporaryDirectory()
            chmod(directory.path, 0o555)
            // Root may write anywhere: switch to the user nobody.
            if geteuid() == 0 { guard seteuid(65_534) == 0 else { exit(1) } }
            let error = engineError { try ModelSpec().draft().write(to: directory.file("model")) }
            guard error?.code == .cannotWrite, error?.errno == EACCES else { exit(2) }
            guard directory.names.isEmpty else { exit(3) }
            // The user that made the directory may remove it.
            _ = seteuid(getuid())
            exit(0)
        }
    }
}
