import RankSystem

/// The choice of a kernel that every command with an option `--kernel` offers.
package enum KernelName {
    /// The environment variable that names a kernel where the option does not.
    package static let variable = "RANK_KERNEL"

    /// The name of the kernel to use.
    ///
    /// - Parameter option: The value of `--kernel`.
    /// - Returns: The option's value, else that of `RANK_KERNEL`; nil where neither names a kernel.
    package static func chosen(_ option: String?) -> String? {
        let name = option ?? SystemCall.environment(variable)
        return name?.isEmpty == false ? name : nil
    }
}
