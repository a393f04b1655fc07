#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Lets the process open as many descriptors as the system allows it: each connection takes one, and a worker without
/// free ones spins.
///
/// What is not allowed stays as it is.
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
