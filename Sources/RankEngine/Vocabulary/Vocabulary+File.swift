extension Vocabulary {
    /// The names of the tensors of one side's vocabulary.
    struct TensorNames {
        let ids: String
        let text: String
        let offsets: String

        /// `side` is `user` or `candidate`.
        init(side: String) {
            ids = "\(side)_ids"
            text = "\(side)_ids.text"
            offsets = "\(side)_ids.offsets"
        }

        /// The tensors that a kind of vocabulary has.
        func required(by kind: Kind) -> [String] {
            switch kind {
            case .identity: []
            case .u64: [ids]
            case .utf8: [text, offsets]
            }
        }
    }

    /// Reads one side's vocabulary and checks shapes, offsets, UTF-8, and that no id occurs twice.
    init(_ file: Safetensors, side: String, kind: Kind, rowCount: Int) throws(EngineError) {
        let names = TensorNames(side: side)
        switch kind {
        case .identity:
            self.init(identityRows: rowCount)
        case .u64:
            let ids = try Self.numbers(file, names.ids, count: rowCount)
            try self.init(numbers: ids, side: side)
        case .utf8:
            let offsets = try Self.numbers(file, names.offsets, count: rowCount + 1)
            let tensor = try Self.tensor(file, names.text, .uint8)
            let texts = StoredTexts(memory: file.memory, text: tensor.bytes, offsets: offsets)
            try self.init(texts: texts, rowCount: rowCount, side: side)
        }
    }

    /// A vocabulary of numbers; entry 0 is ignored.
    init(numbers: StoredNumbers, side: String) throws(EngineError) {
        var duplicate = 0
        let table = IDLookup(
            rowCount: numbers.count,
            duplicate: &duplicate,
            hash: { IDLookup.hash(numbers[$0]) },
            isSame: { numbers[$0] == numbers[$1] }
        )
        guard let table else {
            throw Self.refused("\(side) id \(numbers[duplicate]) has two rows, the second is \(duplicate)")
        }
        self.init(kind: .u64, rowCount: numbers.count, ids: .numbers(numbers), table: table)
    }

    /// A vocabulary of texts; row 0's is empty.
    init(texts: StoredTexts, rowCount: Int, side: String) throws(EngineError) {
        try Self.check(texts, rowCount: rowCount, side: side)
        var duplicate = 0
        let table = IDLookup(
            rowCount: rowCount,
            duplicate: &duplicate,
            hash: { unsafe IDLookup.hash(texts[$0]) },
            isSame: { unsafe IDLookup.isSame(texts[$0], texts[$1]) }
        )
        guard let table else {
            throw Self.refused("the \(side) id of row \(duplicate) occurs twice")
        }
        self.init(kind: .utf8, rowCount: rowCount, ids: .texts(texts), table: table)
    }

    private init(kind: Kind, rowCount: Int, ids: IDStorage, table: IDLookup) {
        self.kind = kind
        self.rowCount = rowCount
        self.ids = ids
        self.table = table
        // Of `rowCount` numbers at least one is no row's id, since row 0 has none.
        freeNumber =
            (0..<UInt64(rowCount)).first { number in
                if case .numbers(let numbers) = ids { table.row(of: number, in: numbers) == 0 } else { true }
            } ?? 0
    }

    private static func check(_ texts: StoredTexts, rowCount: Int, side: String) throws(EngineError) {
        let size = UInt64(texts.text.count)
        var last: UInt64 = 0
        for row in 0...rowCount {
            let offset = texts.offsets[row]
            // Row 0 is empty and starts the text; every other row has at least a byte.
            let isInOrder = row <= 1 ? offset == 0 : offset > last
            guard isInOrder, offset <= size else {
                throw refused("\(side) offset \(row) is \(offset); offsets start 0, 0 and then ascend, up to \(size)")
            }
            last = offset
        }
        guard last == size else {
            throw refused("the \(side) ids end at byte \(last) of \(size)")
        }
        let text = unsafe UnsafeRawBufferPointer(rebasing: texts.memory.bytes[texts.text])
        guard (try? unsafe UTF8Span(validating: Span(_unsafeBytes: text))) != nil else {
            throw refused("the \(side) ids are not UTF-8")
        }
        // The whole text is valid; a part is too unless it starts within a character.
        for row in stride(from: 1, to: rowCount, by: 1) where unsafe (texts[row].first ?? 0) & 0xC0 == 0x80 {
            throw refused("the \(side) id of row \(row) is not UTF-8")
        }
    }

    private static func numbers(_ file: Safetensors, _ name: String, count: Int) throws(EngineError) -> StoredNumbers {
        let tensor = try tensor(file, name, .uint64)
        guard tensor.count == count else {
            throw refused("tensor \(name) has \(tensor.count) entries, expected \(count)")
        }
        return StoredNumbers(memory: file.memory, offset: tensor.bytes.lowerBound, count: count)
    }

    private static func tensor(
        _ file: Safetensors,
        _ name: String,
        _ type: SafetensorsHeader.ElementType
    ) throws(EngineError) -> SafetensorsHeader.Tensor {
        guard let tensor = file.tensor(name) else { throw refused("tensor \(name) is missing") }
        guard tensor.type == type, tensor.shape.count == 1 else {
            throw refused("tensor \(name) must be \(type.rawValue) with one dimension")
        }
        return tensor
    }

    static func refused(_ message: String) -> EngineError {
        EngineError(.modelRefused, "vocabulary: \(message)")
    }
}
