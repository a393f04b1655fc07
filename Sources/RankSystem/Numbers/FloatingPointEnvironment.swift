import CLibrary

/// The rounding mode and the flags of a thread's floating-point unit, as they were at a moment.
package struct FloatingPointEnvironment {
    private var environment = fenv_t()

    /// The calling thread's environment now.
    package init() {
        // https://man7.org/linux/man-pages/man3/fenv.3.html
        unsafe fegetenv(&environment)
    }

    /// Gives the calling thread this environment again.
    package func restore() {
        var environment = environment
        unsafe fesetenv(&environment)
    }
}
