import RankSystem

/// Memory in pages of 2 MiB, where the system has them: one TLB entry covers as many bytes as 512 small pages.
package enum HugePages {
    /// The size of a huge page on x86-64, and on arm64 with small pages of 4 KiB.
    private static let size = 2 << 20

    /// Maps memory, zeroed and aligned to a huge page.
    ///
    /// - Parameters:
    ///   - byteCount: The bytes, at least 1.
    ///   - takesReserved: Whether reserved huge pages (`vm.nr_hugepages`) are tried first.
    /// - Returns: The bytes, and the mapping around them, which the caller unmaps with `munmap`; nil, with `errno`,
    ///   without memory.
    static func map(
        _ byteCount: Int,
        takesReserved: Bool = false
    ) -> (block: UnsafeMutableRawBufferPointer, mapping: UnsafeMutableRawBufferPointer)? {
        guard byteCount < Int.max - 2 * size else {
            errno = ENOMEM
            return nil
        }
        let (length, protection, flags) = (roundedUp(byteCount), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        #if os(Linux)
        // The logarithm of 2 MiB (https://man7.org/linux/man-pages/man2/mmap.2.html); no page may be reserved.
        let reserved = flags | MAP_HUGETLB | CInt(21 << 26)
        if takesReserved, let base = unsafe mmap(nil, length, protection, reserved, -1, 0), unsafe base != MAP_FAILED {
            return unsafe (
                UnsafeMutableRawBufferPointer(start: base, count: byteCount),
                UnsafeMutableRawBufferPointer(start: base, count: length)
            )
        }
        #endif
        guard let base = unsafe mmap(nil, length + size, protection, flags, -1, 0), unsafe base != MAP_FAILED else {
            return nil
        }
        let lead = roundedUp(Int(bitPattern: base)) - Int(bitPattern: base)
        #if os(Linux)
        // Only advice: without huge pages the bytes are the same.
        unsafe madvise(base + lead, length, MADV_HUGEPAGE)
        #endif
        return unsafe (
            UnsafeMutableRawBufferPointer(start: base + lead, count: byteCount),
            UnsafeMutableRawBufferPointer(start: base, count: length + size)
        )
    }

    /// Checks that the system has this much memory now: an allocation in Swift that fails ends the process.
    ///
    /// - Parameters:
    ///   - byteCount: The bytes.
    ///   - purpose: The purpose, for the message.
    /// - Throws: ``EngineError/Code/budgetTooSmall``.
    package static func demand(_ byteCount: Int, for purpose: String) throws(EngineError) {
        guard byteCount > 0 else { return }
        guard let pages = unsafe map(byteCount) else {
            throw EngineError(
                .budgetTooSmall,
                "the system has no memory for \(byteCount) bytes of tables for \(purpose): "
                    + "\(SystemCall.text(of: errno)); lower the memory budget, choose another plan, or raise the "
                    + "limit (ulimit -v)"
            )
        }
        unsafe munmap(pages.mapping.baseAddress, pages.mapping.count)
    }

    private static func roundedUp(_ number: Int) -> Int { (number + size - 1) / size * size }
}
