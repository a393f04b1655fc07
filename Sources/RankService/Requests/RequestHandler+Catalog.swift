import RankCore
import RankEngine
import RankProtocol

extension RequestHandler {
    /// Writes a page of the model's catalogue into the job's reply.
    ///
    /// One step, bounded by ``CatalogPageLimits`` and by the largest request that the worker takes; allocates nothing
    /// once the job has written a page.
    ///
    /// - Throws: The error to answer instead: the request's time is over, another model has come since its arrival, or
    ///   the ranker lists nothing.
    mutating func answerCatalog(
        _ request: CatalogRequest,
        _ header: RequestHeader,
        _ model: ServedModel,
        _ job: ScoreJob
    ) throws(ProtocolError) {
        try header.checkTarget(model: model.modelID, profile: model.profile)
        try job.checkDeadline()
        guard let catalog = model.catalog else {
            throw ProtocolError(
                .unimplemented,
                "the ranker of this worker cannot list its candidates; name them in the request",
                requestID: header.id
            )
        }
        let first = Int(clamping: min(request.first, UInt64(catalog.idCount)))
        let room = min(CatalogPageLimits.bytes, state.limits.messageBytes - Self.catalogOverhead)
        let limit = min(Int(request.count), CatalogPageLimits.ids)
        var page = CatalogPageSize(
            total: UInt64(catalog.idCount),
            first: request.first,
            count: min(limit, catalog.idCount - first, max(room / 8, 1)),
            idKind: model.info.hasTextIDs ? .utf8 : .u64
        )
        if model.info.hasTextIDs {
            (page.count, page.textBytes) = catalog.textsThatFit(from: first, limit: limit, bytes: room)
        }
        job.writer.beginCatalogReply(state.header(answering: header.id, model: model), page)
        switch page.idKind {
        case .u64:
            var numbers = job.writer.catalogNumbers(of: page)
            catalog.copyNumbers(from: first, into: &numbers)
        case .utf8: Self.copyTexts(of: catalog, from: first, page, into: &job.writer)
        }
        job.writer.finish()
    }

    /// The bytes of a reply beside its ids: header, counts, the last offset, padding.
    private static let catalogOverhead = 96

    /// Offsets first, then the texts: a writer lends one part of its memory at a time.
    private static func copyTexts(
        of catalog: Vocabulary,
        from first: Int,
        _ page: CatalogPageSize,
        into writer: inout FrameWriter
    ) {
        var offsets = writer.catalogOffsets(of: page)
        catalog.copyOffsets(from: first, into: &offsets)
        var text = writer.catalogText(of: page)
        catalog.copyTexts(from: first, into: &text)
    }
}
