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
    private static func map(
        _ path: String,
        _ file: borrowing FileDescriptor,
        _ size: Int
    ) throws(EngineError) -> SharedMemory {
        do throws(SystemError) {
            return SharedMemory(try MemoryMapping(of: file, size: size))
        } catch {
            throw cannot("map", path, error.errorNumber)
        }
    }

    /// Copies a file into memory, in huge pages where the file is large and the system has them.
    private static func read(
        _ path: String,
        _ file: borrowing FileDescriptor,
        _ size: Int,
        isLarge: Bool
    ) throws(EngineError) -> SharedMemory {
        let memory: SharedMemory
        // Its bytes are the process's alone until the memory is returned.
        nonisolated(unsafe) let target: UnsafeMutableRawBufferPointer
        do throws(SystemError) {
            let pages =
                try isLarge
                ? MemoryMapping(inHugePages: size, takesReserved: true) : MemoryMapping(byteCount: size)
            unsafe target = unsafe pages.bytes
            memory = SharedMemory(pages)
        } catch {
            throw cannot("find memory for a copy of", path, error.errorNumber)
        }
        // A copy spends most of its time on page faults, which processors handle in parallel.
        let failure = Mutex<EngineError?>(nil)
        let number = file.number
        WorkSharing.share((size + copiedPart - 1) / copiedPart, threads: Processors.available) {
        } body: { _, index in
            let part = index * copiedPart..<min((index + 1) * copiedPart, size)
            do throws(EngineError) {
                try unsafe read(path, number, part, into: target)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        return memory
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
            let count = unsafe SystemCall.read(file, into: rest, at: offset)
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
        _ body: (borrowing FileDescriptor, Int) throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try FileDescriptor(reading: path)
        } catch {
            throw cannot("open", path, error.errorNumber)
        }
        let status: FileStatus
        do throws(SystemError) {
            status = try FileStatus(file)
        } catch {
            throw cannot("inspect", path, error.errorNumber)
        }
        guard status.kind == .regular else {
            if status.kind == .directory {
                throw EngineError(
                    .cannotRead,
                    "\(path) is a directory, expected a file; give the model in it (a worker takes numbered versions "
                        + "with --model-dir)"
                )
            }
            throw EngineError(.cannotRead, "\(path) is not a regular file; give the path of a model file")
        }
        guard let size = Int(exactly: status.size), size > 0 else {
            throw EngineError(.modelRefused, "\(path) is empty; a model file has at least a header")
        }
        return try body(file, size)
    }

    private static func cannot(_ verb: String, _ path: String, _ number: CInt) -> EngineError {
        EngineError(.cannotRead, "cannot \(verb) \(path): \(SystemCall.text(of: number))", errno: number)
    }
}
