import ArgumentParser
import RankEngine

extension PluginReference {
    /// Reads a reference for an argument's `transform`.
    static func read(argument: String) throws -> PluginReference {
        do throws(EngineError) {
            return try PluginReference(argument)
        } catch {
            throw ValidationError(error.message)
        }
    }
}
