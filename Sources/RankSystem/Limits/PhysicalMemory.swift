import CLibrary

/// The memory of this machine (bytes); nil if the system does not tell.
package func physicalMemory() -> Int? {
    // https://man7.org/linux/man-pages/man3/sysconf.3.html
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    guard pages > 0, size > 0 else { return nil }
    return pages * size
}
