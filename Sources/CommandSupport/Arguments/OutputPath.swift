public import ArgumentParser
import RankSystem

/// A path that a command will write a file to.
public struct OutputPath: ExpressibleByArgument, Sendable, Equatable {
    /// The path as given.
    public let path: String

    /// Any text but the empty one.
    public init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        path = argument
    }

    /// Whether two paths name the same file, whatever names their directories go by: `./model` is `model`.
    ///
    /// The texts of the paths decide where a directory does not exist.
    public static func == (one: OutputPath, other: OutputPath) -> Bool {
        func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
        return one.place == other.place
            || one.path.hasPrefix("/") == other.path.hasPrefix("/") && parts(one.path) == parts(other.path)
    }

    /// The path with its directory resolved, where it exists.
    private var place: String {
        let (directory, name) = parts
        guard let real = resolvedPath(directory) else { return path }
        return real + "/" + name
    }

    /// The directory, with the slash at its end, and the name in it.
    private var parts: (directory: String, name: Substring) {
        guard let slash = path.lastIndex(of: "/") else { return ("./", path[...]) }
        return (String(path[...slash]), path[path.index(after: slash)...])
    }

    /// Finds out before long work whether the file can be written, by making an empty one beside it and removing it.
    ///
    /// A file at the path is left alone.
    ///
    /// - Parameter option: The option that the path was given with.
    /// - Throws: `CommandFailure` with status `cannotCreate` that says why and what to do, or `usage` for `-`.
    public func requireWritable(option: String = "--output") throws(CommandFailure) {
        if path == "-" {
            throw CommandFailure(
                .usage,
                "\(option) -: nothing is written to standard output; name a file, or ./- for one that is called so"
            )
        }
        switch PathOccupant(at: path) {
        case .nothing, .file: break
        case .directory:
            throw CommandFailure(.cannotCreate, "\(option) \(path) is a directory; name a file in it")
        case .special:
            throw CommandFailure(
                .cannotCreate,
                "\(option) \(path) is not a regular file; name one, or one that is not there yet"
            )
        }
        let (directory, name) = parts
        // No shorter than the temporary name that the file is written under (AtomicFile), which may be the one too
        // long.
        let random = String(repeating: "0", count: 13)
        let probe = "\(directory).\(name).\(CurrentProcess.id).\(random).probe"
        do throws(SystemError) {
            _ = try FileDescriptor(creating: probe, permissions: 0o600)
        } catch {
            let advice =
                error.isNameTooLong
                ? "choose a shorter name: it is written under a longer one at first"
                : "check that the directory \(directory) exists and may be written, or choose another \(option)"
            throw CommandFailure(
                .cannotCreate,
                "cannot write \(option) \(path): \(error.reason); \(advice)"
            )
        }
        removeFile(probe)
    }

    /// Refuses to write over a file that the command reads, whatever names the two go by.
    ///
    /// - Parameters:
    ///   - inputs: Options and the paths that were given with them.
    ///   - option: The option that this path was given with.
    /// - Throws: `CommandFailure` with status `usage`.
    public func requireOther(
        than inputs: [(option: String, path: String?)],
        option: String = "--output"
    ) throws(CommandFailure) {
        guard let own = FileStatus(path: path) else { return }
        for input in inputs {
            guard let path = input.path, let other = FileStatus(path: path), own.isSameFile(as: other) else { continue }
            throw CommandFailure(
                .usage,
                "\(option) would take the place of \(path), which \(input.option) reads; give another \(option)"
            )
        }
    }
}
