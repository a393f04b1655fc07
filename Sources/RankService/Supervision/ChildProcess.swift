import RankSystem
import ZMQ

/// Starts this program once more, and watches the parent in a child.
public enum ChildProcess {
    /// A child's descriptor that reads its end when the supervisor has ended.
    private static let lifelineNumber: Int32 = 3

    /// Starts this program with other arguments, the lifeline at its descriptor, and no signal blocked.
    ///
    /// - Throws: `internalFailure` with the system's reason.
    static func spawn(
        _ arguments: [String],
        lifeline: borrowing FileDescriptor
    ) throws(ServiceError) -> SpawnedProcess {
        let (program, words) = (CurrentProcess.program, [CommandLine.arguments[0]] + arguments)
        do throws(SystemError) {
            return try SpawnedProcess(program, words, inheriting: lifeline, as: lifelineNumber)
        } catch {
            throw ServiceError(.internalFailure, "cannot start \(program): \(error.reason)", cause: error)
        }
    }

    /// Calls a function when the supervisor of this process has ended, on a thread of its own.
    ///
    /// Only in a process that a ``Supervisor`` has started.
    ///
    /// - Throws: `internalFailure` if there is no thread.
    public static func watchSupervisor(_ gone: @escaping @Sendable () -> Void) throws(ServiceError) {
        do throws(ThreadStartError<Never>) {
            _ = try OwnedThread<Void, Never>.start(name: "rank-lifeline") { starter in
                starter.started(())
                var byte: UInt8 = 0
                // No process writes: the read returns when the last writing end is closed.
                _ = unsafe withUnsafeMutableBytes(of: &byte) { unsafe SystemCall.read(lifelineNumber, into: $0) }
                gone()
            }
        } catch {
            switch error {
            case .noThread(let error): throw ServiceError(.internalFailure, error.message, cause: error)
            }
        }
    }
}
