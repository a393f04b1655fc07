import RankSystem

/// A check for memory before it is allocated: an allocation in Swift that fails ends the process.
package enum MemoryDemand {
    /// Checks that the system has this much memory now.
    ///
    /// - Parameters:
    ///   - byteCount: The bytes.
    ///   - purpose: The purpose, for the message.
    /// - Throws: ``EngineError/Code/budgetTooSmall``.
    package static func check(_ byteCount: Int, for purpose: String) throws(EngineError) {
        guard byteCount > 0 else { return }
        do throws(SystemError) {
            _ = try MemoryMapping(inHugePages: byteCount)
        } catch {
            throw EngineError(
                .budgetTooSmall,
                "the system has no memory for \(byteCount) bytes of tables for \(purpose): \(error.reason); lower the "
                    + "memory budget, choose another plan, or raise the limit (ulimit -v)"
            )
        }
    }
}
