package import RankCore
package import RankProtocol

/// A question for a page of a worker's catalogue.
package struct CatalogQuestion: Hashable, Sendable {
    package var page: CatalogRequest
    package var model: ModelID
    package var profile: NumericProfile
}

/// A page of a worker's catalogue.
package struct CatalogAnswer: Sendable {
    package var page: CatalogPage
    package var model: ModelID
    package var profile: NumericProfile
}

extension CatalogAnswer {
    /// Reads a reply and checks it against the question.
    ///
    /// - Throws: the worker's mistake.
    init(_ frame: borrowing ReplyFrame, to question: CatalogQuestion) throws(ProtocolError) {
        page = try frame.catalog()
        (model, profile) = (frame.header.model, frame.header.profile)
        guard model != .unspecified, page.first == question.page.first, page.ids.count <= Int(question.page.count),
            question.model == .unspecified || question.model == model,
            question.profile == .unspecified || question.profile == profile
        else { throw ProtocolError(.internal, "a page of a catalogue that was not asked for") }
    }
}
