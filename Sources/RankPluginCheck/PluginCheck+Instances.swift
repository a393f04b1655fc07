import CRankPlugin
import RankEngine
import RankSystem

extension PluginCheck {
    /// Another instance of the same plugin and model: the same model, the same bits.
    func instances(_ ranker: PluginRanker, _ trials: TrialLists) throws(EngineError) -> String {
        let other = try PluginRanker.load(reference)
        guard other.info.modelID == ranker.info.modelID, other.info.profile == ranker.info.profile,
            other.featureNames == ranker.featureNames
        else { throw wrong("another instance describes another model, profile or other features") }
        let expected = try trials.mixed.score(by: ranker)
        guard try trials.mixed.score(by: other) == expected, try trials.mixed.score(by: ranker) == expected else {
            throw wrong("another instance gives other bits")
        }
        return "two instances side by side: the same model, the same bits"
    }

    /// Made on one thread, scoring on others, given back on yet another; then two instances at once.
    func threads(_ trials: TrialLists) throws(EngineError) -> String {
        let baton = Baton()
        let reference = reference
        let list = trials.mixed
        var answers: [Result<TrialList.Answer, EngineError>] = []
        WorkSharing.hop { baton.load(reference) }
        for _ in 0..<3 {
            WorkSharing.hop { baton.score(list) }
            answers += baton.takeAnswers()
        }
        WorkSharing.hop { baton.drop() }
        let pair = [Baton(), Baton()]
        let body: @Sendable (Void, Int) -> Void = { _, index in
            for _ in 0..<20 {
                pair[index].load(reference)
                pair[index].score(list)
                pair[index].drop()
            }
        }
        WorkSharing.share(2, threads: 2, makeState: {}, body: body)
        for baton in pair { answers += baton.takeAnswers() }
        guard let expected = try answers.first?.get() else { throw wrong("no thread could be started") }
        for answer in answers where try answer.get() != expected {
            throw wrong("other threads, or two at once, get other bits")
        }
        return "made, scoring and given back on 5 threads, and 40 times on two at once: the same bits"
    }

    /// An option that no plugin has: refused, with a text that ends within its buffer.
    func options() throws(EngineError) -> String {
        var odd = reference
        odd.options.append(PluginReference.Option(key: "no-such-option-of-any-plugin", value: "1"))
        let text = try refusal(odd)
        guard let text else { throw wrong("an option that it cannot know is taken all the same") }
        guard !text.isEmpty else { throw wrong("an unknown option is refused without a reason") }
        return "an unknown option is refused: \(text)"
    }

    /// A model file that is not there: refused, where the plugin is given one.
    func missingModel() throws(EngineError) -> String {
        guard !reference.modelPath.isEmpty else { return "none given" }
        var missing = reference
        missing.modelPath += ".no-such-file"
        guard let text = try refusal(missing) else {
            throw wrong("a model file that is not there is taken all the same")
        }
        guard !text.isEmpty else { throw wrong("a missing model file is refused without a reason") }
        return "a missing model file is refused: \(text)"
    }

    /// The reason that `create` gives for a reference that it must refuse, in a small buffer; nil if it accepts it.
    private func refusal(_ reference: PluginReference) throws(EngineError) -> String? {
        let library = try PluginLibrary.open(reference.libraryPath)
        let (room, guardLength) = (128, 64)
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: room + guardLength)
        defer { unsafe buffer.deallocate() }
        unsafe buffer.initialize(repeating: 0x5A)
        unsafe buffer[0] = 0
        var handle: UnsafeMutableRawPointer?
        let status = unsafe PluginInstance.withOptions(reference.options) { options in
            unsafe library.table.create(
                reference.modelPath,
                options.baseAddress,
                options.count,
                &handle,
                buffer.baseAddress,
                room
            )
        }
        guard status != PluginStatus.done else {
            unsafe library.table.destroy(handle)
            return nil
        }
        guard unsafe buffer[room...].allSatisfy({ $0 == 0x5A }) else {
            throw wrong("an error text is written beyond its buffer of \(room) bytes")
        }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<room])
        guard unsafe bytes.contains(0), let text = unsafe PluginText.text(bytes) else {
            throw wrong("an error text is no UTF-8 that ends with a zero within its buffer of \(room) bytes")
        }
        return text
    }
}

/// A ranker that goes from thread to thread, with its answers.
private final class Baton: Sendable {
    // Proof: the threads that use it run one after another, and starting and joining them orders what they do.
    nonisolated(unsafe) private var ranker: PluginRanker?
    nonisolated(unsafe) private var answers: [Result<TrialList.Answer, EngineError>] = []

    func load(_ reference: PluginReference) {
        do throws(EngineError) {
            unsafe ranker = try PluginRanker.load(reference)
        } catch {
            unsafe answers.append(.failure(error))
        }
    }

    func score(_ list: TrialList) {
        guard let ranker = unsafe ranker else { return }
        do throws(EngineError) {
            unsafe answers.append(.success(try list.score(by: ranker)))
        } catch {
            unsafe answers.append(.failure(error))
        }
    }

    func drop() { unsafe ranker = nil }

    func takeAnswers() -> [Result<TrialList.Answer, EngineError>] {
        defer { unsafe answers = [] }
        return unsafe answers
    }
}
