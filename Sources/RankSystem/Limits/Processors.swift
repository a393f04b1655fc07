import CLibrary

/// The processors of this machine.
package enum Processors {
    /// The number of processors that this thread may run on (Linux: by its affinity), at least 1.
    package static var available: Int { Int(rank_processors()) }
}
