/// The origin of a request: a call of the user, or the pool itself.
package enum Requester: Hashable, Sendable {
    /// A call of the pool's user.
    case call(CallID)
    /// The pool's own INFO, by which a worker introduces itself.
    case greeting(LinkID)
}
