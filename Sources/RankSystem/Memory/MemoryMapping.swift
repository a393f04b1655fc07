import CLibrary

/// Memory that the system maps for this process, unmapped when the life of its owner ends.
@safe
package struct MemoryMapping: ~Copyable {
    /// The bytes; those of a file must not be written.
    package let bytes: UnsafeMutableRawBufferPointer

    /// The mapping around the bytes.
    private let mapping: UnsafeMutableRawBufferPointer

    /// The size of a huge page on x86-64, and on arm64 with small pages of 4 KiB.
    private static let hugePageSize = 2 << 20

    /// Maps a file, read-only.
    ///
    /// - Parameters:
    ///   - file: The file, which may be closed afterwards.
    ///   - size: The bytes to map from its start, at least 1.
    /// - Throws: `resourceExhausted` or `system`.
    package init(of file: borrowing FileDescriptor, size: Int) throws(SystemError) {
        try unsafe self.init(whole: Self.map(size, PROT_READ, MAP_PRIVATE, file.number))
    }

    /// Maps memory in small pages, zeroed, which return to the system when they are unmapped.
    ///
    /// - Parameter byteCount: The bytes, at least 1.
    /// - Throws: `resourceExhausted` without memory.
    package init(byteCount: Int) throws(SystemError) {
        try unsafe self.init(whole: Self.map(byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS))
    }

    /// Maps memory, zeroed and aligned to a huge page, in pages of 2 MiB where the system has them: one TLB entry covers
    /// as many bytes as 512 small pages.
    ///
    /// - Parameters:
    ///   - byteCount: The bytes, at least 1.
    ///   - takesReserved: Whether reserved huge pages (`vm.nr_hugepages`) are tried first.
    /// - Throws: `resourceExhausted` without memory.
    package init(inHugePages byteCount: Int, takesReserved: Bool = false) throws(SystemError) {
        let size = Self.hugePageSize
        guard byteCount < Int.max - 2 * size else {
            throw .failed(to: "map \(byteCount) bytes", call: "mmap", errorNumber: ENOMEM)
        }
        let (length, protection, flags) = (
            Self.roundedUp(byteCount), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS
        )
        #if os(Linux)
        // The logarithm of 2 MiB (https://man7.org/linux/man-pages/man2/mmap.2.html); no page may be reserved.
        let reserved = flags | MAP_HUGETLB | CInt(21 << 26)
        if takesReserved, let base = unsafe mmap(nil, length, protection, reserved, -1, 0), unsafe base != MAP_FAILED {
            unsafe bytes = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
            unsafe mapping = UnsafeMutableRawBufferPointer(start: base, count: length)
            return
        }
        #endif
        unsafe mapping = try Self.map(length + size, protection, flags)
        let start = unsafe Int(bitPattern: mapping.baseAddress)
        let lead = Self.roundedUp(start) - start
        unsafe bytes = UnsafeMutableRawBufferPointer(rebasing: mapping[lead..<lead + byteCount])
        #if os(Linux)
        // Only advice: without huge pages the bytes are the same.
        unsafe madvise(bytes.baseAddress, length, MADV_HUGEPAGE)
        #endif
    }

    deinit { unsafe munmap(mapping.baseAddress, mapping.count) }

    private init(whole mapping: UnsafeMutableRawBufferPointer) {
        unsafe bytes = mapping
        unsafe self.mapping = mapping
    }

    private static func map(
        _ length: Int,
        _ protection: CInt,
        _ flags: CInt,
        _ file: CInt = -1
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        // https://man7.org/linux/man-pages/man2/mmap.2.html
        guard let base = unsafe mmap(nil, length, protection, flags, file, 0), unsafe base != MAP_FAILED else {
            throw .failed(to: "map \(length) bytes", call: "mmap")
        }
        return unsafe UnsafeMutableRawBufferPointer(start: base, count: length)
    }

    private static func roundedUp(_ number: Int) -> Int { (number + hugePageSize - 1) / hugePageSize * hugePageSize }
}
