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
