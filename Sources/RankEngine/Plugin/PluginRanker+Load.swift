internal import CRankKernels
internal import Crypto
import RankCore
import RankSystem

extension PluginRanker {
    /// The number of candidates to score before a plugin may serve.
    private static let probeLength = 33

    /// Loads a plugin, makes an instance of it, and checks it as far as possible without its ids.
    ///
    /// The description must be valid, and made-up candidates must get finite scores with the same bits in one list and
    /// alone. ``Ranker/reproduceGoldens()`` checks golden scores. Every call makes a new instance.
    ///
    /// - Parameter reference: The library, its model and its options.
    /// - Returns: A ranker for one thread, which may be another than this one.
    /// - Throws: ``EngineError/Code/pluginRefused`` with the plugin's name and the reason.
    public static func load(_ reference: PluginReference) throws(EngineError) -> sending PluginRanker {
        // Changes of this thread's floating-point environment by the plugin end with the load.
        let environment = FloatingPointEnvironment()
        defer { environment.restore() }
        let library = try PluginLibrary.open(reference.libraryPath)
        let before = FileIdentity(path: reference.modelPath)
        let instance = try PluginInstance(library, reference)
        let description = try PluginDescription(of: instance)
        let names = try instance.featureNames(description.featureCount)
        let goldens = try instance.goldens(description)
        let missing = try instance.missingFeatures(description.featureCount)
        let modelID = if let id = description.modelID { id } else { try madeID(library, reference) }
        guard FileIdentity(path: reference.modelPath) == before else {
            throw EngineError(
                .pluginRefused,
                "\(library.subject): \(reference.modelPath) was replaced while it was loaded; load it again"
            )
        }
        let info = RankerInfo(library, description, modelID: modelID, featureNames: names)
        let ranker = PluginRanker(instance, info: info, goldens: goldens, featureNames: names)
        do throws(EngineError) {
            try ranker.probe()
        } catch {
            throw EngineError(
                .pluginRefused,
                "\(error.message); it was asked for made-up ids, which every plugin must score",
                position: error.position
            )
        }
        try ranker.settleMissing(missing)
        guard rank_environment_is_usual() else {
            throw EngineError(
                .pluginRefused,
                "\(library.subject) changes the floating-point environment; build it without -ffast-math"
            )
        }
        return ranker
    }

    /// Scores made-up ids, with zeros for features: together, alone, and none at all.
    private func probe() throws(EngineError) {
        let ids = (0..<UInt64(Self.probeLength)).map { $0 }
        let whole = try scores(of: ids)
        for (position, id) in ids.enumerated() {
            let alone = try scores(of: [id])
            guard alone.first?.bitPattern == whole[position].bitPattern else {
                throw EngineError(
                    .pluginRefused,
                    "\(subject): candidate \(id) scores \(whole[position]) in a list and \(alone.first ?? .nan) alone",
                    position: position
                )
            }
        }
        _ = try scores(of: [])
    }

    /// Finds the features that may be missing, for ``info``.
    ///
    /// A feature of which the plugin says nothing may be missing if made-up candidates get scores without it, one by
    /// one and all together; where the plugin says that it may, they must get scores.
    private func settleMissing(_ said: [Bool]?) throws(EngineError) {
        let width = info.featureCount
        guard width > 0 else { return }
        missingFeatures = said ?? [Bool](repeating: true, count: width)
        if said == nil {
            for feature in 0..<width { missingFeatures[feature] = scores(without: [feature]) == nil }
        }
        let taken = missingFeatures.indices.filter { missingFeatures[$0] }
        for features in (said == nil ? [] : taken.map { [$0] }) + [taken] {
            guard let reason = scores(without: features) else { continue }
            guard said == nil else {
                throw EngineError(
                    .pluginRefused,
                    "\(subject): takes_missing says that features \(features.prefix(8)) may be missing, and made-up "
                        + "candidates get no scores without them: \(reason)"
                )
            }
            missingFeatures = [Bool](repeating: false, count: width)
        }
        info.takesMissingFeatures = missingFeatures.contains(true)
        let shown = missingFeatures.allSatisfy { $0 } ? "accepted" : taken.map { "\($0)" }.joined(separator: ",")
        info.facts.append((key: "missing_features", value: info.takesMissingFeatures ? shown : "refused"))
    }

    /// The reason why made-up candidates get no scores with some features missing; nil if they get scores, the same
    /// together and alone.
    private func scores(without missing: [Int]) -> String? {
        var row = [Float](repeating: 0, count: info.featureCount)
        for feature in missing { row[feature] = .nan }
        do throws(EngineError) {
            let whole = try scores(of: [0, 1], features: row + row)
            for (position, score) in whole.enumerated() {
                guard try scores(of: [UInt64(position)], features: row).first?.bitPattern == score.bitPattern else {
                    return "candidate \(position) scores otherwise alone than in a list"
                }
            }
            return nil
        } catch {
            return error.message
        }
    }

    /// The scores of made-up candidates in order, with zeros for features by default.
    private func scores(of ids: [UInt64], features: [Float]? = nil) throws(EngineError) -> [Float] {
        let features = features ?? [Float](repeating: 0, count: ids.count * info.featureCount)
        guard info.hasTextIDs else {
            return try scores(of: ids, for: 1, features: features, unknownIDs: .fallback).scores
        }
        return try scores(of: ids.map { "id\($0)" }, for: "id1", features: features, unknownIDs: .fallback).scores
    }

    /// The id of a model whose plugin gives none: a digest of all that decides its scores.
    private static func madeID(_ library: PluginLibrary, _ reference: PluginReference) throws(EngineError) -> ModelID {
        var hash = SHA256()
        var words = ["rank-plugin/1", library.name, library.version]
        for option in reference.options.sorted(by: { $0.key < $1.key }) { words += [option.key, option.value] }
        for word in words { hash.update(data: Array(word.utf8) + [0]) }
        if !reference.modelPath.isEmpty {
            try unsafe eachBlock(of: reference.modelPath, library.subject) { unsafe hash.update(bufferPointer: $0) }
        }
        return ModelID(digest: hash.finalize())
    }

    /// Reads a regular file from its start to its end.
    private static func eachBlock(
        of path: String,
        _ subject: String,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(EngineError) {
        func cannot(_ number: CInt) -> EngineError {
            EngineError(
                .pluginRefused,
                "\(subject) names no model id, and \(path) cannot be read to make one: \(SystemCall.text(of: number))",
                errno: number
            )
        }
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor(reading: path)
        } catch {
            throw cannot(error.errorNumber)
        }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { unsafe block.deallocate() }
        while true {
            let got = unsafe file.read(into: block)
            if let errno = got.errno { throw cannot(errno) }
            if got.value == 0 { return }
            unsafe body(UnsafeRawBufferPointer(rebasing: block[..<got.value]))
        }
    }
}

extension RankerInfo {
    /// The description of a plugin's instance, as INFO shows it.
    fileprivate init(
        _ library: PluginLibrary,
        _ description: PluginDescription,
        modelID: ModelID,
        featureNames: [String]
    ) {
        var facts = [
            (key: "model_id", value: modelID.hex),
            (key: "profile", value: description.profile),
            (key: "kernel", value: "\(library.name)/\(library.version)"),
            (key: "plan", value: "plugin"),
            (key: "architecture", value: "\(library.name)/\(library.version)"),
            (key: "shape", value: description.shape.printable(limit: 127)),
            (key: "id_kind", value: description.hasTextIDs ? "utf8" : "u64"),
            (key: "features", value: "\(description.featureCount)"),
            (key: "prior", value: "\(description.prior)"),
        ]
        if description.featureCount > 0 { facts.append((key: "query_columns", value: QueryColumns.first.description)) }
        if !featureNames.isEmpty {
            facts.append((key: "feature_names", value: featureNames.joined(separator: ",")))
        }
        self.init(
            modelID: modelID,
            profile: NumericProfile(plugin: description.profile),
            profileName: description.profile,
            hasTextIDs: description.hasTextIDs,
            featureCount: description.featureCount,
            queryColumns: description.featureCount > 0 ? .first : .none,
            prior: description.prior,
            costHint: description.costHint,
            facts: facts
        )
    }
}

extension NumericProfile {
    /// The profile of a plugin: its number is 0x8000 and the low 15 bits of the FNV-1a hash of its name.
    ///
    /// http://www.isthe.com/chongo/tech/comp/fnv/
    package init(plugin name: String) {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        self.init(rawValue: 0x8000 | UInt16(truncatingIfNeeded: hash & 0x7FFF))
    }
}
