/// A worker's place in the pool.
package struct LinkID: Hashable, Sendable {
    package let index: Int

    package init(_ index: Int) {
        self.index = index
    }
}
