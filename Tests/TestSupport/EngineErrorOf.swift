package import RankEngine

/// The error that `body` throws, which must be an `EngineError`.
package func engineError(_ body: () throws -> Void) -> EngineError? {
    do {
        try body()
        return nil
    } catch {
        return error as? EngineError
    }
}
