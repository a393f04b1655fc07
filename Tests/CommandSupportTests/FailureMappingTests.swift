import CommandSupport
import Testing

private struct Broken: Error {
    enum Code: Hashable { case request, disk, other }
    var code: Code
    var message = "it is broken"
}

private struct Wrapped: Error {
    var isOption = false
    var cause: (any Error)?
}

@Suite struct FailureMappingTests {
    private let failures = FailureMapping(
        .init(
            Broken.self,
            code: { $0.code },
            [.request: .usage, .disk: .cannotCreate],
            otherwise: .refused,
            message: { error, status in "\(error.message), \(status.rawValue)" }
        ),
        .init(
            Wrapped.self,
            code: { $0.isOption },
            [true: .usage],
            otherwise: .internalError,
            cause: { $0.cause },
            message: { _, _ in "it is wrapped" }
        )
    )

    @Test(arguments: [(Broken.Code.request, Int32(64)), (.disk, 73), (.other, 65)])
    private func aCodeHasAStatus(_ code: Broken.Code, _ status: Int32) {
        let failure = failures.failure(for: Broken(code: code))
        #expect(failure?.status.rawValue == status)
        #expect(failure?.message == "it is broken, \(status)")
    }

    @Test func theCauseOfAnUnlistedCodeDecides() {
        #expect(failures.failure(for: Wrapped(cause: Broken(code: .disk)))?.status == .cannotCreate)
        #expect(failures.failure(for: Wrapped(cause: Broken(code: .disk)))?.message == "it is wrapped")
        #expect(failures.failure(for: Wrapped(isOption: true, cause: Broken(code: .disk)))?.status == .usage)
        #expect(failures.failure(for: Wrapped(cause: CancellationError()))?.status == .internalError)
        #expect(failures.failure(for: Wrapped())?.status == .internalError)
    }

    @Test func anErrorWithoutATableHasNoFailure() {
        #expect(failures.failure(for: CancellationError()) == nil)
    }
}
