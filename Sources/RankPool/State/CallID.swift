/// A call of the pool's user.
package struct CallID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// A worker's place in the pool.
package struct LinkID: Hashable, Sendable {
    package let index: Int

    package init(_ index: Int) {
        self.index = index
    }
}
