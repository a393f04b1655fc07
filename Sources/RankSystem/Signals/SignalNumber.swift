import CLibrary

/// The numbers of the signals that the programs send, take or ignore.
package enum SignalNumber {
    /// SIGTERM: the process is to end.
    package static var terminate: Int32 { SIGTERM }

    /// SIGINT: the person at the terminal wants the process to end.
    package static var interrupt: Int32 { SIGINT }

    /// SIGHUP: the process is to load its files again.
    package static var reload: Int32 { SIGHUP }

    /// SIGKILL: the process ends, whatever it does.
    package static var kill: Int32 { SIGKILL }

    /// Ignores SIGXFSZ: a file that reaches a limit of its size (ulimit -f) is then an error of the write, and no end of
    /// the process.
    package static func ignoreFileSizeLimit() { signal(SIGXFSZ, SIG_IGN) }
}
