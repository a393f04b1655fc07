public import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A path that a command will write a file to.
public struct OutputPath: ExpressibleByArgument, Sendable, Equatable {
    /// The path as given.
    public let path: String

    /// Any text but the empty one.
    public init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        path = argument
    }

    /// Whether two paths name the same file, as far as their texts tell: `./model` is `model`.
    public static func == (one: OutputPath, other: OutputPath) -> Bool {
        func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
        return one.path.hasPrefix("/") == other.path.hasPrefix("/") && parts(one.path) == parts(other.path)
    }

    /// Finds out before long work whether the file can be written, by making an empty one beside it and removing it.
    ///
    /// What lies at the path is left alone.
    ///
    /// - Parameter option: The option that the path was given with.
    /// - Throws: `CommandFailure` with status `cannotCreate` that says why and what to do.
    public func requireWritable(option: String = "--output") throws(CommandFailure) {
        var info = stat()
        if stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR {
            throw CommandFailure(.cannotCreate, "the output \(path) is a directory; name a file in it")
        }
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let probe = "\(path).\(getpid()).probe"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .cannotCreate,
                "cannot write the output \(path): \(reason); "
                    + "check that the directory \(directory) exists and may be written, or choose another \(option)"
            )
        }
        close(descriptor)
        unlink(probe)
    }
}
