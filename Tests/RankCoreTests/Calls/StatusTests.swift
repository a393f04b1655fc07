import RankCore
import Testing

@Suite struct StatusTests {
    /// Code, gRPC's name, whether another worker may answer: the table of the document.
    static let table: [(Status, Int, String, Bool)] = [
        (.ok, 0, "OK", false),
        (.cancelled, 1, "CANCELLED", false),
        (.unknown, 2, "UNKNOWN", false),
        (.invalidArgument, 3, "INVALID_ARGUMENT", false),
        (.deadlineExceeded, 4, "DEADLINE_EXCEEDED", false),
        (.notFound, 5, "NOT_FOUND", false),
        (.resourceExhausted, 8, "RESOURCE_EXHAUSTED", true),
        (.failedPrecondition, 9, "FAILED_PRECONDITION", true),
        (.aborted, 10, "ABORTED", true),
        (.unimplemented, 12, "UNIMPLEMENTED", false),
        (.internal, 13, "INTERNAL", false),
        (.unavailable, 14, "UNAVAILABLE", true),
        (.unauthenticated, 16, "UNAUTHENTICATED", false),
        (Status(rawValue: 99), 99, "STATUS_99", false),
    ]

    @Test(arguments: table.indices)
    func meansOneThing(_ index: Int) {
        let (status, code, name, isRetryable) = Self.table[index]
        #expect(Int(status.rawValue) == code)
        #expect("\(status)" == name)
        #expect(status.isRetryable == isRetryable)
    }
}
