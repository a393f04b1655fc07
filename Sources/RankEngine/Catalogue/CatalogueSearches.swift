internal import Synchronization

/// The searches of an index, each for one thread at a time, which keep their memory from one call to the next.
final class CatalogueSearches: Sendable {
    let index: CatalogueIndex
    private let kernel: Kernel
    private let order: CandidateOrder
    private let lock = Mutex(())
    /// Searches that no thread has; read and written under the lock alone.
    nonisolated(unsafe) private var idle: [CatalogueSearch] = []

    init(_ index: CatalogueIndex, kernel: Kernel, order: CandidateOrder) {
        (self.index, self.kernel, self.order) = (index, kernel, order)
    }

    /// A search that no other thread has; given back when the loan ends.
    func lend() -> Loan { Loan(self) }

    /// A search in use.
    final class Loan {
        let search: CatalogueSearch
        private let owner: CatalogueSearches

        fileprivate init(_ owner: CatalogueSearches) {
            self.owner = owner
            search = owner.take() ?? CatalogueSearch(owner.index, kernel: owner.kernel, order: owner.order)
        }

        deinit {
            owner.give(search)
        }
    }

    private func take() -> CatalogueSearch? {
        lock.withLock { _ in unsafe idle.popLast() }
    }

    private func give(_ search: CatalogueSearch) {
        lock.withLock { _ in unsafe idle.append(search) }
    }
}
