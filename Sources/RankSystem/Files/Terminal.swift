import CLibrary

/// A terminal behind a descriptor.
package enum Terminal {
    /// Whether a descriptor is a terminal.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The size of the terminal now (characters); nil if it does not say, 0 for what it does not know.
    package static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        // https://man7.org/linux/man-pages/man2/TIOCGWINSZ.2const.html
        guard unsafe ioctl(descriptor, windowSizeRequest, &size) == 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    #if canImport(Darwin)
    /// `_IOR('t', 104, struct winsize)`, a macro that is not imported.
    private static let windowSizeRequest = UInt(0x4008_7468)
    #else
    private static let windowSizeRequest = UInt(TIOCGWINSZ)
    #endif
}
