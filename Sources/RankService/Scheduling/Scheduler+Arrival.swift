import RankCore
import RankProtocol
import ZMQ

extension Scheduler {
    /// Answers a message that does not have to wait, and puts any other into the queue.
    func takeIn(_ place: Int) throws(ZMQError) -> Arrival.Outcome {
        let message = inbox[place]
        switch message.verdict {
        case .probe:
            return .settled
        case .malformed:
            state.counters.count(.malformed)
            return .settled
        case .wrongShape:
            state.counters.count(.requests)
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
            case .request(let request):
                if enqueue(request, message, place) == .queued { return .queued }
            }
        }
        if try send(handler.writer, answering: message) == .unreachable { drop(client: message.client) }
        return .settled
    }

    /// The message to a client whose request came too late.
    private static let leaving = "the worker is leaving; send the request to another one"

    /// Queues a request; or refuses it, and writes the refusal into the handler's reply.
    private func enqueue(_ request: QueuedRequest, _ message: ReceivedMessage, _ place: Int) -> Arrival.Outcome {
        if state.isRefusing, request.isWork, !sockets[message.source].isProxied {
            handler.answer(
                ProtocolError(.unavailable, Self.leaving, requestID: request.header.id)
            )
            return .settled
        }
        let client = message.client
        let costs = self.costs[handler.model.leavesOut(of: request)]
        let cost = costs.cost(candidates: request.candidateCount) + request.listingCost
        let verdict = admission.verdict(
            queue,
            client: client,
            requestClass: request.requestClass,
            cost: cost,
            remaining: request.header.remainingMicroseconds.map { UInt64($0) &* 1_000 },
            allowsPartial: request.header.flags.contains(.allowPartial)
        )
        if case .refused(let refusal, let wait) = verdict {
            // The next microsecond, since 0 is no advice.
            let microseconds = UInt32(clamping: wait / 1_000 &+ 1)
            state.counters.count(WorkerCounter(refusal))
            lastRefusal = message.arrival
            handler.answer(
                ProtocolError(.resourceExhausted, refusal.message, requestID: request.header.id),
                retryAfterMicroseconds: microseconds
            )
            return .settled
        }
        message.request = request
        queue.insert(
            place,
            client: client,
            requestClass: request.requestClass,
            cost: cost,
            bytes: message.heldByteCount
        )
        return .queued
    }

    /// Takes a request back that waits or is partly scored, and answers both it and the CANCEL.
    private func cancel(
        _ target: RequestID,
        by header: RequestHeader,
        from message: ReceivedMessage
    ) throws(ZMQError) {
        let inbox = self.inbox
        let found = queue.first(of: message.client) { place in
            inbox[place].request?.header.id == target && inbox[place].isFromSamePeer(as: message)
        }
        if let found {
            handler.answer(ProtocolError(.cancelled, "a CANCEL took the request back", requestID: target))
            state.counters.count(.cancelled)
            _ = try send(handler.writer, answering: inbox[found])
            remove(found)
            noteLoad()
        }
        handler.answerCancel(header, wasWaiting: found != nil)
    }
}

extension Admission.Refusal {
    /// The message to the client, without numbers, so that nothing is allocated: the header and `retry after` have
    /// them.
    fileprivate var message: String {
        switch self {
        case .deadline: "the worker is too busy to answer before the deadline; try another worker, or later"
        case .queueLimit: "the worker's queue is full; try another worker, or later"
        case .clientShare: "too many requests of this connection wait at the worker; have fewer outstanding"
        }
    }
}

extension WorkerCounter {
    /// The counter of refusals for a reason.
    fileprivate init(_ refusal: Admission.Refusal) {
        switch refusal {
        case .deadline: self = .refusedDeadline
        case .queueLimit: self = .refusedQueueLimit
        case .clientShare: self = .refusedClientShare
        }
    }
}
