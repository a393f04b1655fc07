import CZMQ

/// The version of libzmq that this process runs with, which may be newer than the version it was built with.
public struct LibraryVersion: Hashable, Sendable, CustomStringConvertible {
    /// The first number: 4 in 4.3.5.
    public let major: Int32

    /// The second number: 3 in 4.3.5.
    public let minor: Int32

    /// The third number: 5 in 4.3.5.
    public let patch: Int32

    /// The version of the library that is linked now.
    ///
    /// Constant for a process; may be called on any thread.
    public static var linked: LibraryVersion {
        var major: Int32 = 0
        var minor: Int32 = 0
        var patch: Int32 = 0
        // https://libzmq.readthedocs.io/en/latest/zmq_version.html
        unsafe zmq_version(&major, &minor, &patch)
        return LibraryVersion(major: major, minor: minor, patch: patch)
    }

    /// The three numbers separated by dots.
    public var description: String { "\(major).\(minor).\(patch)" }
}
