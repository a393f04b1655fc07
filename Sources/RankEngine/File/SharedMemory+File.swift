internal import RankSystem
internal import Synchronization

extension SharedMemory {
    /// Reads a whole regular file into memory.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - placement: The placement of the bytes; nil for a copy, in huge pages only where the file is large.
    /// - Returns: The bytes and their placement. Later changes of the file do not change a copy.
    /// - Throws: ``EngineError/Code/cannotRead``, or ``EngineError/Code/modelRefused`` for an empty file.
    static func holding(
        path: String,
        placement: RankModel.Placement?
    ) throws(EngineError) -> (memory: SharedMemory, placement: RankModel.Placement) {
        try opening(path) { (file, size) throws(EngineError) in
            switch placement {
            case .mapped: (try map(path, file, size), .mapped)
            case .copied: (try read(path, file, size, isLarge: true), .copied)
            case nil: (try read(path, file, size, isLarge: size >= largeByteCount), .copied)
            }
        }
    }

    /// Maps a file, read-only.
    private static func map(_ path: String, _ file: CInt, _ size: Int) throws(EngineError) -> SharedMemory {
        guard let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), unsafe base != MAP_FAILED
        else { throw cannot("map", path, errno) }
        let mapping = unsafe UnsafeMutableRawBufferPointer(start: base, count: size)
        return unsafe SharedMemory(UnsafeRawBufferPointer(mapping), mapping: mapping)
    }

    /// Copies a file into memory, in huge pages where the file is large and the system has them.
    private static func read(
        _ path: String,
        _ file: CInt,
        _ size: Int,
        isLarge: Bool
    ) throws(EngineError) -> SharedMemory {
        guard let pages = unsafe isLarge ? HugePages.map(size, takesReserved: true) : smallPages(size) else {
            throw cannot("find memory for a copy of", path, errno)
        }
        let memory = unsafe SharedMemory(UnsafeRawBufferPointer(pages.block), mapping: pages.mapping)
        // A copy spends most of its time on page faults, which processors handle in parallel.
        let failure = Mutex<EngineError?>(nil)
        nonisolated(unsafe) let target = unsafe pages.block
        WorkSharing.share((size + copiedPart - 1) / copiedPart, threads: Processors.available) {
        } body: { _, index in
            let part = index * copiedPart..<min((index + 1) * copiedPart, size)
            do throws(EngineError) {
                try unsafe read(path, file, part, into: target)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return memory
    }

    /// Maps memory in small pages, which return to the system when they are unmapped.
    private static func smallPages(
        _ byteCount: Int
    ) -> (block: UnsafeMutableRawBufferPointer, mapping: UnsafeMutableRawBufferPointer)? {
        let (protection, flags) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        guard let base = unsafe mmap(nil, byteCount, protection, flags, -1, 0), unsafe base != MAP_FAILED else {
            return nil
        }
        let block = unsafe UnsafeMutableRawBufferPointer(start: base, count: byteCount)
        return unsafe (block, block)
    }

    /// Bytes of a part, which one thread copies at a time.
    private static let copiedPart = 16 << 20

    /// Copies a part of a file to the same place of a block.
    private static func read(
        _ path: String,
        _ file: CInt,
        _ part: Range<Int>,
        into block: UnsafeMutableRawBufferPointer
    ) throws(EngineError) {
        var done = part.lowerBound
        while done < part.upperBound {
            let (rest, offset) = unsafe (UnsafeMutableRawBufferPointer(rebasing: block[done..<part.upperBound]), done)
            let count = SystemCall.retrying { unsafe pread(file, rest.baseAddress, rest.count, off_t(offset)) }
            if let errno = count.errno { throw cannot("read", path, errno) }
            guard count.value > 0 else {
                throw EngineError(.cannotRead, "\(path) became shorter while it was read; write it anew and rename it")
            }
            done += count.value
        }
    }

    /// Opens a regular file that is not empty and closes it after `body`, which takes its descriptor and size.
    private static func opening<Result>(
        _ path: String,
        _ body: (CInt, Int) throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        // O_NONBLOCK: opening a pipe, which is refused below, would wait for a writer.
        let opened = SystemCall.retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        if let errno = opened.errno { throw cannot("open", path, errno) }
        defer { close(opened.value) }
        var status = stat()
        if unsafe fstat(opened.value, &status) != 0 { throw cannot("inspect", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            if status.st_mode & S_IFMT == S_IFDIR {
                throw EngineError(
                    .cannotRead,
                    "\(path) is a directory, expected a file; give the model in it (a worker takes numbered versions "
                        + "with --model-dir)"
                )
            }
            throw EngineError(.cannotRead, "\(path) is not a regular file; give the path of a model file")
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            throw EngineError(.modelRefused, "\(path) is empty; a model file has at least a header")
        }
        return try body(opened.value, size)
    }

    private static func cannot(_ verb: String, _ path: String, _ number: CInt) -> EngineError {
        EngineError(.cannotRead, "cannot \(verb) \(path): \(SystemCall.text(of: number))", errno: number)
    }
}
