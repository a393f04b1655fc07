internal import CRankKernels

/// The upper bound of a score, in its parts.
package struct CatalogueBound: Sendable {
    /// What levels and biases give: the score, but for ``margin``.
    package let estimate: Double
    /// What the levels leave out, and what rounding can add.
    package let margin: Double
    /// The bound that the item shares with its block.
    package let block: Double
}

extension BatchScorer {
    /// The bounds of all items for a user, by row; without an index there are none.
    ///
    /// The arithmetic of the kernels, one item at a time, for tests of what is proved.
    package func bounds(userRow: UInt32) -> [UInt32: CatalogueBound] {
        guard let index = searches?.index else { return [:] }
        let user = CatalogueUser(index)
        user.prepare(userRow)
        var catalogue = unsafe index.description
        var record = unsafe user.record
        let layout = index.layout
        var estimates = [Float](repeating: 0, count: layout.blocks * layout.width)
        unsafe rank_catalogue_estimate(index.level, &catalogue, &record, UInt32(layout.blocks), &estimates)
        // The user's own terms: what a score of 0 lacks.
        let own = -user.limit(0)
        var bounds: [UInt32: CatalogueBound] = [:]
        for (place, estimate) in estimates.enumerated() {
            let (row, block) = (index.row(at: place), place / layout.width)
            guard row > 0 else { continue }
            let rounding = unsafe Double(record.rounding) * Double(catalogue.sizes[block])
            let levels = unsafe Double(record.level_norm) * Double(catalogue.residuals[block])
            let norm = unsafe Double(catalogue.norms[block])
            bounds[row] = unsafe CatalogueBound(
                estimate: Double(estimate) + own,
                margin: levels + Double(record.residual) * norm + rounding,
                block: Double(catalogue.biases[block]) + Double(record.norm) * norm + rounding + own
            )
        }
        return bounds
    }
}
