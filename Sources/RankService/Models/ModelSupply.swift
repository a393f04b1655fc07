public import RankEngine
import RankProtocol
import RankSystem

/// A source of models, and the way in which a file of it becomes a ranker.
///
/// ```swift
/// let supply = ModelSupply(.file("movielens.safetensors")) { path throws(EngineError) in
///     try RankModel.load(path: path).makeRanker()
/// }
/// let worker = try Worker.start(configuration, models: supply)
/// ```
///
/// May be used from any thread.
public struct ModelSupply: Sendable {
    /// Loads a file and proves it; every call gives a ranker of its own.
    ///
    /// Called on one thread at a time, never on the one that scores.
    public typealias Loader = @Sendable (_ path: String) throws(EngineError) -> sending any Ranker

    let source: ModelSource
    let load: Loader

    /// The beginning of a message that there is no file.
    private let label: String

    /// Describes a supply; nothing is looked at yet.
    ///
    /// - Parameters:
    ///   - source: Where the files are.
    ///   - user: The reader of the files, for messages, such as a plugin.
    ///   - load: Makes a ranker of one.
    public init(_ source: ModelSource, for user: String? = nil, load: @escaping Loader) {
        self.source = source
        self.load = load
        label = user.map { "\($0): " } ?? ""
    }

    /// Loads a file, proves it, and checks its ranker against the file's golden scores.
    ///
    /// - Throws: The loader's error, or `selfCheckFailed`.
    func model(
        at path: String,
        generation: UInt64,
        software: String,
        limits: FrameLimits
    ) throws(EngineError) -> ServedModel {
        let ranker = try load(path)
        do throws(EngineError) {
            return try ServedModel.proving(ranker, generation: generation, software: software, limits: limits)
        } catch {
            throw EngineError(error.code, "\(path): \(error.message)", position: error.position)
        }
    }

    /// Loads the best version that proves itself, for the start of a worker.
    ///
    /// - Parameters:
    ///   - software: The name and version that INFO gives.
    ///   - limits: The limits of a request.
    ///   - log: Takes one line for each version that was refused and one for names that are no version.
    ///   - state: Takes note of the versions, so that the same refusals are not repeated at once.
    /// - Returns: The model.
    /// - Throws: `modelRefused` if no version does.
    func first(
        software: String,
        limits: FrameLimits,
        log: (String) -> Void,
        state: inout ReloadState
    ) throws(ServiceError) -> ServedModel {
        let listing = source.look()
        if !listing.junk.isEmpty { log(listing.junkLine(in: source.path)) }
        var refusals: [EngineError] = []
        for version in listing.versions {
            do throws(EngineError) {
                let model = try model(at: version.path, generation: 1, software: software, limits: limits)
                state.succeeded(version, isCopied: model.isCopied)
                return model
            } catch {
                // A missing kernel is missing for every version.
                guard error.code != .kernelUnavailable else {
                    throw ServiceError(.invalidConfiguration, error.message, cause: error)
                }
                state.failed(version, at: MonotonicClock.nanoseconds())
                refusals.append(error)
                if case .directory = source { log("refused \(version.path): \(error.message)") }
            }
        }
        let problem = listing.problem.map { label + $0 } ?? refusals.first?.message ?? "there is no model"
        let others = refusals.count > 1 ? "; refused as well: \(refusals.count - 1) below it" : ""
        throw ServiceError(.modelRefused, problem + others, cause: refusals.first)
    }
}

extension ModelListing {
    /// The line that names a few of the files that are no version.
    func junkLine(in directory: String) -> String {
        let shown = junk.prefix(5).map(\.debugDescription).joined(separator: ", ")
        let rest = junk.count > 5 ? " and \(junk.count - 5) more" : ""
        return "ignored in \(directory), not a version: \(shown)\(rest)"
    }
}
