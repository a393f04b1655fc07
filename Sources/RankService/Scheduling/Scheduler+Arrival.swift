import RankProtocol
import ZMQ

extension Scheduler {
    /// Deals with a message that does not have to wait, and puts any other into the queue.
    ///
    /// - Returns: Whether nothing of it is left to do.
    func isSettled(_ place: Int) throws(ZMQError) -> Bool {
        let message = inbox[place]
        switch message.verdict {
        case .probe:
            return true
        case .malformed:
            state.counters.malformed += 1
            return true
        case .wrongShape:
            state.counters.requests += 1
            noteLoad()
            handler.answer(
                ProtocolError(
                    .invalidArgument,
                    "a message has one frame behind its envelope, this one has none or several"
                )
            )
        case .request:
            noteLoad()
            var arrival = Arrival.answered
            try message.withBody { (frame) throws(ZMQError) in arrival = handler.examine(frame) }
            switch arrival {
            case .answered: break
            case .cancel(let header, let target): try cancel(target, by: header, from: message)
            case .order(let order):
                if isAdmitted(order, message, place) { return false }
            }
        }
        if try sendAnswer(to: message) == .unreachable { drop(client: message.client) }
        return true
    }

    /// What a client reads whose request came too late.
    private static let leaving = "the worker is leaving; send the request to another one"

    /// Queues a request, or answers that it is refused.
    private func isAdmitted(_ order: RequestOrder, _ message: ReceivedMessage, _ place: Int) -> Bool {
        if state.isRefusing, order.isWork, !sockets[message.source].isProxied {
            handler.answer(
                ProtocolError(.unavailable, Self.leaving, requestID: order.header.id)
            )
            return false
        }
        let client = message.client
        let cost = costs.cost(candidates: order.candidateCount) + order.listingCost
        let verdict = admission.verdict(
            queue,
            client: client,
            requestClass: order.requestClass,
            cost: cost,
            remaining: order.header.remainingMicroseconds.map { UInt64($0) &* 1_000 },
            allowsPartial: order.header.flags.contains(.allowPartial)
        )
        if case .refused(let refusal, let wait) = verdict {
            // The next microsecond, since 0 is no advice.
            let microseconds = UInt32(clamping: wait / 1_000 &+ 1)
            state.counters.count(refusal)
            lastRefusal = message.arrival
            handler.answer(
                ProtocolError(.resourceExhausted, refusal.message, requestID: order.header.id),
                retryAfterMicroseconds: microseconds
            )
            return false
        }
        message.order = order
        queue.insert(
            place,
            client: client,
            requestClass: order.requestClass,
            cost: cost,
            bytes: message.heldByteCount
        )
        return true
    }

    /// Takes a request back that waits or is partly scored, and answers both it and the CANCEL.
    private func cancel(
        _ target: RequestID,
        by header: RequestHeader,
        from message: ReceivedMessage
    ) throws(ZMQError) {
        let inbox = self.inbox
        let found = queue.first(of: message.client) { place in
            inbox[place].order?.header.id == target && inbox[place].isFromSamePeer(as: message)
        }
        if let found {
            handler.answer(ProtocolError(.cancelled, "a CANCEL took the request back", requestID: target))
            state.counters.cancelled += 1
            _ = try sendAnswer(to: inbox[found])
            remove(found)
            noteLoad()
        }
        handler.answerCancel(header, wasWaiting: found != nil)
    }
}

extension Admission.Refusal {
    /// What a client reads; no number in it, so that nothing is allocated: the header and `retry after` have them.
    fileprivate var message: String {
        switch self {
        case .deadline: "the worker is too busy to answer before the deadline; try another worker, or later"
        case .queueLimit: "the worker's queue is full; try another worker, or later"
        case .clientShare: "too many requests of this connection wait at the worker; have fewer outstanding"
        }
    }
}

extension Counters {
    /// Counts a refusal by its reason.
    fileprivate mutating func count(_ refusal: Admission.Refusal) {
        switch refusal {
        case .deadline: refusedDeadline += 1
        case .queueLimit: refusedQueueLimit += 1
        case .clientShare: refusedClientShare += 1
        }
    }
}
