import CLibrary

/// A shared library that stays loaded for the life of the process.
@safe
package struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer

    /// Loads a library, with all that it needs at once; its names are not visible to other libraries.
    ///
    /// - Parameter path: The library's file.
    /// - Throws: `unreadable` with the loader's reason as its message.
    package init(path: String) throws(SystemError) {
        // dlopen would search the system's folders for a name without a slash.
        // https://man7.org/linux/man-pages/man3/dlopen.3.html
        guard let handle = unsafe dlopen(path.contains("/") ? path : "./\(path)", RTLD_NOW | RTLD_LOCAL) else {
            throw SystemError(.unreadable, Self.lastError, call: "dlopen", path: path)
        }
        unsafe self.handle = handle
    }

    /// The address of a function or a variable; nil if the library has none of that name.
    package func address(of symbol: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, symbol) }

    private static var lastError: String {
        guard let text = unsafe dlerror() else { return "the system gives no reason" }
        return unsafe String(cString: text)
    }
}
