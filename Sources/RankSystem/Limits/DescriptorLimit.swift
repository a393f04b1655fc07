import CLibrary

/// Raises the process's limit of open descriptors to the most that the system allows.
///
/// Each connection takes a descriptor, and a worker without free ones spins. If the system refuses, the limit stays.
package func raiseDescriptorLimit() {
    var limit = rlimit()
    #if canImport(Glibc)
    let resource = RLIMIT_NOFILE.rawValue
    guard unsafe getrlimit(__rlimit_resource_t(resource), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(resource), &limit)
    #else
    guard unsafe getrlimit(RLIMIT_NOFILE, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(RLIMIT_NOFILE, &limit)
    #endif
}
