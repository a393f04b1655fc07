/// Numbers in double precision that a C description points to.
@safe final class ProofNumbers {
    /// The numbers.
    let values: UnsafeMutableBufferPointer<Double>

    /// Takes a copy.
    init(_ values: [Double]) {
        unsafe self.values = .allocate(capacity: max(values.count, 1))
        unsafe self.values.initialize(repeating: 0)
        for (index, value) in values.enumerated() { unsafe self.values[index] = value }
    }

    /// Zeros.
    convenience init(count: Int) { self.init([Double](repeating: 0, count: count)) }

    deinit {
        unsafe values.deallocate()
    }

    /// The first number.
    var start: UnsafePointer<Double>? { unsafe UnsafePointer(values.baseAddress) }
}

/// The memory that the C descriptions of a proof point to, valid while this object lives.
@safe final class ProofMemory {
    private var owned: [AnyObject] = []

    /// Keeps an object that has memory of its own.
    func keep(_ object: AnyObject) { owned.append(object) }

    /// Keeps a copy of numbers in double precision.
    func keep(_ values: [Double]) -> UnsafePointer<Double>? {
        let numbers = ProofNumbers(values)
        owned.append(numbers)
        return unsafe numbers.start
    }

    /// Keeps a copy of numbers in single precision, 64-byte aligned.
    func keep(_ values: [Float]) -> UnsafePointer<Float>? {
        let floats = unsafe SharedMemory.floats(values.count) { floats in
            for (index, value) in values.enumerated() { unsafe floats[index] = value }
        }
        owned.append(floats)
        return unsafe floats.start(as: Float.self)
    }

    /// Keeps a copy of 32-bit numbers.
    func keep(_ values: [UInt32]) -> UnsafePointer<UInt32>? {
        let numbers = unsafe SharedMemory.indexes(values.count) { numbers in
            for (index, value) in values.enumerated() { unsafe numbers[index] = value }
        }
        owned.append(numbers)
        return unsafe numbers.start(as: UInt32.self)
    }
}
