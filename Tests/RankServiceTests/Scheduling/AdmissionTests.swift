import RankCore
import RankProtocol
import RankService
import TestSupport
import Testing

@Suite("Admission")
struct AdmissionTests {
    static let millisecond: UInt64 = 1_000_000

    /// What waits, who asks, and the answer; times in microseconds.
    struct Row: CustomTestStringConvertible {
        var name: String
        /// Client, class, cost.
        var waiting: [(UInt64, RequestClass, UInt64)]
        var requestClass = RequestClass.interactive
        var cost: UInt64 = 1_000
        var remaining: UInt64?
        var allowsPartial = false
        var refusal: Admission.Refusal?
        var retryAfter: UInt64 = 0

        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "an empty queue", waiting: [], remaining: 1),
        Row(name: "at the limit", waiting: [(1, .interactive, 50_000)]),
        Row(
            name: "beyond the limit",
            waiting: [(1, .interactive, 50_001)],
            refusal: .queueLimit,
            retryAfter: 1
        ),
        Row(name: "another client's backlog counts for a slice", waiting: [(2, .interactive, 1_000_000)]),
        Row(
            name: "many clients count for a slice each",
            waiting: (2...260).map { ($0, .interactive, 1_000_000) },
            refusal: .queueLimit,
            retryAfter: 259 * 200 - 50_000
        ),
        Row(name: "interactive requests do not wait for bulk ones", waiting: [(1, .bulk, 9_000_000)], remaining: 2_000),
        Row(
            name: "bulk requests wait for interactive ones",
            waiting: [(2, .interactive, 3_000)],
            requestClass: .bulk,
            remaining: 5_332,
            refusal: .deadline,
            retryAfter: 1
        ),
        Row(name: "bulk requests may wait longer", waiting: [(1, .bulk, 800_000)], requestClass: .bulk),
        Row(
            name: "but not for ever",
            waiting: [(1, .bulk, 800_001)],
            requestClass: .bulk,
            refusal: .queueLimit,
            retryAfter: 1
        ),
        Row(name: "just in time: a quarter is kept", waiting: [(1, .interactive, 5_000)], remaining: 8_000),
        Row(
            name: "not in time",
            waiting: [(1, .interactive, 5_001)],
            remaining: 8_000,
            refusal: .deadline,
            retryAfter: 1
        ),
        Row(
            name: "a part is a good answer",
            waiting: [(1, .interactive, 6_000)],
            remaining: 8_000,
            allowsPartial: true
        ),
        Row(
            name: "but not none",
            waiting: [(1, .interactive, 6_001)],
            remaining: 8_000,
            allowsPartial: true,
            refusal: .deadline,
            retryAfter: 1
        ),
        Row(name: "no deadline", waiting: [(1, .interactive, 49_000)], cost: 1_000_000),
        Row(
            name: "others have their turns while it is scored",
            waiting: [(2, .interactive, 1_000)],
            remaining: 2_666,
            refusal: .deadline,
            retryAfter: 1
        ),
        Row(name: "within what is left of it", waiting: [(2, .interactive, 1_000)], remaining: 2_668),
        Row(name: "whatever is first in line is tried", waiting: [(1, .bulk, 1_000)], cost: 1_000_000, remaining: 1),
    ]

    @Test(arguments: rows)
    func boundaries(row: Row) {
        var queue = FairQueue(capacity: Admission.capacity)
        for (entry, (client, requestClass, cost)) in row.waiting.enumerated() {
            queue.insert(entry, client: client, requestClass: requestClass, cost: cost * 1_000)
        }
        let verdict = Admission(queueLimit: 50 * Self.millisecond).verdict(
            queue,
            client: 1,
            requestClass: row.requestClass,
            cost: row.cost * 1_000,
            remaining: row.remaining.map { $0 * 1_000 },
            allowsPartial: row.allowsPartial
        )
        switch (verdict, row.refusal) {
        case (.admitted, nil): break
        case (.refused(let refusal, let retryAfter), let expected?):
            #expect(refusal == expected)
            #expect((retryAfter + 999) / 1_000 == row.retryAfter)
        default: Issue.record("\(verdict)")
        }
    }

    @Test
    func aClientHasAtMostAQuarterOfThePlacesInAClassAndHalfOfTheBytes() {
        let admission = Admission(queueLimit: .max / 32)
        func verdict(_ queue: borrowing FairQueue, client: UInt64) -> Admission.Verdict {
            admission.verdict(
                queue,
                client: client,
                requestClass: .interactive,
                cost: 10,
                remaining: nil,
                allowsPartial: false
            )
        }
        var queue = FairQueue(capacity: Admission.capacity)
        for entry in 0..<Admission.clientCapacity {
            #expect(verdict(queue, client: 1) == .admitted)
            queue.insert(entry, client: 1, requestClass: .interactive, cost: 10)
        }
        #expect(verdict(queue, client: 1) == .refused(.clientShare, retryAfter: 10))
        #expect(verdict(queue, client: 2) == .admitted)
        queue.insert(1_000, client: 2, requestClass: .interactive, cost: 10, bytes: Admission.byteLimit / 2)
        guard case .refused(.clientShare, _) = verdict(queue, client: 2) else {
            Issue.record("admitted")
            return
        }
    }
}
