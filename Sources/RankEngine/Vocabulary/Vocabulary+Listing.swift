/// Lists of a vocabulary's ids in the order of rows, without row 0.
extension Vocabulary {
    /// The number of ids.
    public var idCount: Int { rowCount - 1 }

    /// Copies numbers.
    ///
    /// - Parameters:
    ///   - first: The index of the first id to copy.
    ///   - target: The memory to fill; all ids must exist.
    /// - Precondition: the ids are numbers.
    /// - Complexity: O(ids copied); allocates nothing.
    package func copyNumbers(from first: Int, into target: inout MutableSpan<UInt64>) {
        precondition(first >= 0 && target.count <= idCount - first)
        switch ids {
        case .identity: for index in 0..<target.count { target[index] = UInt64(first + index + 1) }
        case .numbers(let numbers): for index in 0..<target.count { target[index] = numbers[first + index + 1] }
        case .texts: preconditionFailure("the ids are texts")
        }
    }

    /// The number of texts from `first` on that fit into a number of bytes, and the bytes of the texts.
    ///
    /// - Parameters:
    ///   - first: The index of the first id.
    ///   - limit: The most ids.
    ///   - bytes: The most bytes of all texts and 4 more for each; a first text fits whatever its length.
    /// - Returns: The number of ids, at least one if any is left, and the bytes of their texts.
    /// - Precondition: the ids are texts.
    /// - Complexity: O(log limit); allocates nothing.
    package func textsThatFit(from first: Int, limit: Int, bytes: Int) -> (count: Int, textBytes: Int) {
        guard case .texts(let texts) = ids else { preconditionFailure("the ids are numbers") }
        precondition(first >= 0 && first <= idCount)
        let most = min(limit, idCount - first)
        guard most > 0 else { return (0, 0) }
        func length(_ count: Int) -> Int {
            Int(truncatingIfNeeded: texts.offsets[first + 1 + count] - texts.offsets[first + 1])
        }
        // The length grows with the count: a binary search finds the last count that fits.
        var (fitting, over) = (1, most + 1)
        while over - fitting > 1 {
            let middle = (fitting + over) / 2
            if length(middle) + 4 * middle <= bytes { fitting = middle } else { over = middle }
        }
        return (fitting, length(fitting))
    }

    /// Copies the offsets of texts, one more than ids.
    ///
    /// - Parameters:
    ///   - first: The index of the first id.
    ///   - target: The memory to fill.
    /// - Precondition: the ids are texts, and those asked for exist.
    /// - Complexity: O(offsets); allocates nothing.
    package func copyOffsets(from first: Int, into target: inout MutableSpan<UInt32>) {
        guard case .texts(let texts) = ids else { preconditionFailure("the ids are numbers") }
        precondition(first >= 0 && !target.isEmpty && target.count - 1 <= idCount - first)
        let start = texts.offsets[first + 1]
        for index in 0..<target.count {
            target[index] = UInt32(truncatingIfNeeded: texts.offsets[first + 1 + index] - start)
        }
    }

    /// Copies texts, one after another.
    ///
    /// - Parameters:
    ///   - first: The index of the first id.
    ///   - target: The memory to fill, of the length of ``textsThatFit(from:limit:bytes:)``.
    /// - Precondition: the ids are texts, and those asked for exist.
    /// - Complexity: O(bytes); allocates nothing.
    package func copyTexts(from first: Int, into target: inout MutableSpan<UInt8>) {
        guard case .texts(let texts) = ids else { preconditionFailure("the ids are numbers") }
        precondition(first >= 0 && first <= idCount)
        let begin = texts.text.lowerBound + Int(truncatingIfNeeded: texts.offsets[first + 1])
        precondition(begin + target.count <= texts.text.upperBound)
        let source = unsafe UnsafeRawBufferPointer(rebasing: texts.memory.bytes[begin..<(begin + target.count)])
        unsafe target.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
    }
}
