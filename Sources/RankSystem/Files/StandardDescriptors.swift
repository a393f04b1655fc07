import CLibrary

/// The descriptors of a process's standard streams.
package enum StandardDescriptors {
    /// The number of standard input.
    package static let input: Int32 = 0

    /// The number of standard output.
    package static let output: Int32 = 1

    /// The number of standard error.
    package static let error: Int32 = 2

    /// Opens a file under the number of each standard stream that the caller has closed, so that no file or socket
    /// opened later gets the number and results are written into it.
    ///
    /// The file in its place can be neither read (stdin) nor written (the others): a command that needs it says so. To
    /// be called before anything else opens a descriptor.
    package static func occupyClosed() {
        for number in input...error where !OpenFiles.isOpen(number) {
            // open(2) gives the lowest free number, which is this one.
            _ = unsafe open("/dev/null", number == input ? O_WRONLY : O_RDONLY)
        }
    }
}
