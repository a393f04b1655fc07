/// The frames around a request: those to send back unchanged, and the place of the request's own frame.
///
/// A ROUTER, or a DEALER behind a `zmq_proxy`, receives an identity first. Then come the frames that the client's
/// socket added: nothing (DEALER), an empty delimiter (REQ), a number and a delimiter (REQ with CORRELATE), or the
/// identities of further hops and a delimiter. A reply that repeats the frames up to the delimiter reaches the client
/// in the shape that its socket expects; a REQ that gets any other shape never recovers.
///
/// Pure: the envelope sees only which frames are empty, one after another, and never allocates.
package struct Envelope {
    /// The most frames between the identity and the body, the delimiter included.
    package static let maximumDepth = 8

    /// The frames of a message that have to be kept: identity, envelope, body.
    package static let keptFrames = maximumDepth + 2

    /// The shape of a whole message.
    package enum Verdict: Hashable {
        /// A request: send the frames before `index` back, then the answer to the frame at `index`.
        case request(body: Int)

        /// No request, but the sender can be answered: send the first `echo` frames back, then an error.
        ///
        /// The message has a delimiter, and behind it no frame, or several.
        case wrongShape(echo: Int)

        /// One empty frame, as `ZMQ_PROBE_ROUTER` sends it; it gets no answer.
        case probe

        /// Neither a delimiter within the depth nor a single frame, so that no answer is possible. Dropped, counted.
        case malformed
    }

    /// The frames seen so far.
    package private(set) var frameCount = 0

    private var delimiter = 0

    /// An envelope of which no frame was seen.
    package init() {}

    /// Takes note of the next frame.
    ///
    /// - Parameter isEmpty: Whether it has no bytes.
    package mutating func append(isEmpty: Bool) {
        if isEmpty, delimiter == 0, frameCount > 0, frameCount <= Self.maximumDepth { delimiter = frameCount }
        // Saturating, so that an endless message cannot overflow it.
        if frameCount < Int.max { frameCount += 1 }
    }

    /// The shape of the message, after its last frame.
    package var verdict: Verdict {
        if delimiter == 0 { return frameCount == 2 ? .request(body: 1) : .malformed }
        if frameCount == delimiter + 2 { return .request(body: delimiter + 1) }
        if frameCount == 2 { return .probe }
        return .wrongShape(echo: delimiter + 1)
    }
}
