internal import CRankPlugin
internal import RankCore

/// The description of a plugin's instance, checked.
struct PluginDescription {
    /// Whether ids are texts.
    let hasTextIDs: Bool
    /// float32 features for each candidate.
    let featureCount: Int
    /// The number of golden scores.
    let goldenCount: Int
    /// The score of candidates that were not scored.
    let prior: Float
    /// The cost of each candidate and of each call; 0 where the plugin does not say (ns).
    let costHint: ScoringCost
    /// The model id, 16 bytes; nil to let the host make one.
    let modelID: ModelID?
    /// The profile's name.
    let profile: String
    /// The shape of the model, as text.
    let shape: String

    /// Asks an instance for its description and checks it.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused``, naming the wrong field.
    init(of instance: borrowing PluginInstance) throws(EngineError) {
        let subject = instance.library.subject
        func lie(_ message: String) -> EngineError {
            EngineError(.pluginRefused, "\(subject): describe gives \(message)")
        }
        // Bytes after the structure show whether a plugin that was built with a longer structure writes past the
        // host's.
        let (size, beyond) = (MemoryLayout<rank_plugin_description>.size, 64)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size + beyond, alignment: 8)
        defer { unsafe room.deallocate() }
        unsafe room.initializeMemory(as: UInt8.self, repeating: 0xA5)
        let pointer = unsafe room.baseAddress?.bindMemory(to: rank_plugin_description.self, capacity: 1)
        guard let pointer = unsafe pointer else { throw lie("nothing") }
        unsafe pointer.initialize(to: rank_plugin_description())
        unsafe pointer.pointee.struct_size = UInt32(size)
        let status = unsafe instance.call { error, capacity in
            unsafe instance.library.table.describe(instance.handle, pointer, error, capacity)
        }
        guard status == PluginStatus.done else {
            throw EngineError(.pluginRefused, "\(subject): describe failed: \(instance.reason(status))")
        }
        let found = unsafe pointer.pointee
        guard unsafe room[size...].allSatisfy({ $0 == 0xA5 }), found.struct_size == UInt32(size) else {
            throw lie("a structure of \(found.struct_size) bytes or wrote beyond it; the host's has \(size)")
        }
        guard found.id_kind <= 1 else { throw lie("id_kind \(found.id_kind); expected 0 (u64) or 1 (UTF-8)") }
        guard found.feature_count <= RANK_PLUGIN_MAX_FEATURES else {
            throw lie("feature_count \(found.feature_count); at most \(RANK_PLUGIN_MAX_FEATURES)")
        }
        guard found.golden_count <= RANK_PLUGIN_MAX_GOLDENS else {
            throw lie("golden_count \(found.golden_count); at most \(RANK_PLUGIN_MAX_GOLDENS)")
        }
        guard unsafe found.golden_count == 0 || instance.library.table.golden != nil else {
            throw lie("golden_count \(found.golden_count), but its table has no function golden")
        }
        guard found.prior.isFinite else { throw lie("the prior \(found.prior); it must be finite") }
        guard found.reserved == 0 else { throw lie("reserved \(found.reserved); expected 0") }
        for (name, cost) in [
            ("ns_per_candidate", found.ns_per_candidate), ("ns_per_request", found.ns_per_request),
        ] where !(0...1e12).contains(cost) {
            throw lie("\(name) \(cost); expected 0 to 1e12")
        }
        guard let profile = unsafe Self.ended(found.profile, by: PluginText.name) else {
            throw lie("no profile; it must be 1 to 31 bytes of UTF-8 without control characters")
        }
        guard let shape = unsafe Self.ended(found.shape, by: PluginText.text) else {
            throw lie("a shape that is no UTF-8")
        }
        hasTextIDs = found.id_kind == 1
        featureCount = Int(found.feature_count)
        goldenCount = Int(found.golden_count)
        prior = found.prior
        costHint = ScoringCost(perRequest: found.ns_per_request, perCandidate: found.ns_per_candidate)
        let id = unsafe withUnsafeBytes(of: found.model_id) { unsafe Array($0) }
        modelID = id.contains { $0 != 0 } ? ModelID(digest: id) : nil
        self.profile = profile
        self.shape = shape
    }

    /// The result of `read` for an array of `char`; nil if no zero ends the text within it.
    private static func ended<Characters: BitwiseCopyable>(
        _ characters: Characters,
        by read: (UnsafeRawBufferPointer) -> String?
    ) -> String? {
        unsafe withUnsafeBytes(of: characters) { bytes in
            guard unsafe bytes.contains(0) else { return nil }
            return unsafe read(bytes)
        }
    }
}

extension PluginInstance {
    /// The features that may be missing according to the plugin; nil where it does not say.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` for an invalid answer.
    borrowing func missingFeatures(_ count: Int) throws(EngineError) -> [Bool]? {
        guard library.knowsMissing else { return [Bool](repeating: false, count: count) }
        guard let takesMissing = unsafe library.table.takes_missing else { return nil }
        var said: [Bool] = []
        for index in 0..<count {
            let answer = unsafe takesMissing(handle, UInt32(index))
            guard answer == 0 || answer == 1 else {
                throw EngineError(
                    .pluginRefused,
                    "\(library.subject): takes_missing gives \(answer) for feature \(index); expected 0 (refused) or 1 "
                        + "(taken)"
                )
            }
            said.append(answer == 1)
        }
        return said
    }

    /// The names of the features, in order; empty without names.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` for an invalid name.
    borrowing func featureNames(_ count: Int) throws(EngineError) -> [String] {
        guard count > 0, let feature = unsafe library.table.feature_name else { return [] }
        var names: [String] = []
        for index in 0..<count {
            var text = [CChar](repeating: 0, count: PluginText.longestName + 1)
            let status = unsafe text.withUnsafeMutableBufferPointer { text in
                unsafe feature(handle, UInt32(index), text.baseAddress, text.count)
            }
            let name = unsafe text.withUnsafeBytes { unsafe PluginText.name($0) }
            guard status == PluginStatus.done, let name, !name.contains(",") else {
                throw EngineError(
                    .pluginRefused,
                    "\(library.subject): feature \(index) has no name of 1 to \(PluginText.longestName) bytes of UTF-8 "
                        + "without commas and control characters"
                )
            }
            names.append(name)
        }
        return names
    }

    /// The plugin's golden scores, each as a query of one candidate.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` if the plugin does not give one.
    borrowing func goldens(_ description: PluginDescription) throws(EngineError) -> [GoldenQuery] {
        guard description.goldenCount > 0, let golden = unsafe library.table.golden else { return [] }
        // The longest id and the zero after it.
        let capacity = 65_536
        var user = [CChar](repeating: 0, count: capacity)
        var candidate = user
        var features = [Float](repeating: 0, count: description.featureCount)
        var queries: [GoldenQuery] = []
        for index in 0..<description.goldenCount {
            var found = unsafe rank_plugin_golden()
            unsafe found.struct_size = UInt32(MemoryLayout<rank_plugin_golden>.size)
            unsafe found.text_capacity = capacity
            (user[0], candidate[0]) = (0, 0)
            for feature in features.indices { features[feature] = 0 }
            let status = unsafe user.withUnsafeMutableBufferPointer { user in
                unsafe candidate.withUnsafeMutableBufferPointer { candidate in
                    unsafe features.withUnsafeMutableBufferPointer { features in
                        unsafe found.user_text = user.baseAddress
                        unsafe found.candidate_text = candidate.baseAddress
                        unsafe found.features = features.baseAddress
                        return unsafe call { unsafe golden(handle, UInt32(index), &found, $0, $1) }
                    }
                }
            }
            guard status == PluginStatus.done else {
                throw EngineError(
                    .pluginRefused,
                    "\(library.subject): it does not give golden score \(index): \(reason(status))"
                )
            }
            let ids: GoldenQuery.IDs
            if description.hasTextIDs {
                let texts = unsafe (
                    user.withUnsafeBytes { unsafe PluginText.text($0) },
                    candidate.withUnsafeBytes { unsafe PluginText.text($0) }
                )
                guard let user = texts.0, let candidate = texts.1, !user.isEmpty, !candidate.isEmpty else {
                    throw EngineError(.pluginRefused, "\(library.subject): golden score \(index) has no ids of UTF-8")
                }
                ids = .texts(user: user, candidates: [candidate])
            } else {
                ids = unsafe .numbers(user: found.user, candidates: [found.candidate])
            }
            let expected = unsafe GoldenQuery.Expectation(position: 0, score: found.score)
            queries.append(GoldenQuery(ids: ids, features: features, expectations: [expected]))
        }
        return queries
    }
}
