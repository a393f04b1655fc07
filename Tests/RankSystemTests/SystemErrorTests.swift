import RankSystem
import TestSupport
import Testing

@Suite("Errors of the operating system")
struct SystemErrorTests {
    private struct Other: SystemErrorConvertible {
        let text: String

        init(_ error: SystemError) { text = error.message }
    }

    @Test func aCallIsRepeatedAfterASignalAndFailsWithItsNumber() {
        var errors = [EINTR, EINTR, EBADF]
        let result = SystemCall.retrying {
            errno = errors.removeFirst()
            return -1
        }
        #expect(result.value == -1 && result.errno == EBADF && errors.isEmpty)
        #expect(SystemCall.retrying { 7 }.value == 7)
    }

    @Test func otherModulesThrowTheirOwnError() {
        func failing() throws(SystemError) -> Int { throw SystemError(.system, "it broke") }
        let error = #expect(throws: Other.self) { try Other.converting(failing()) }
        #expect(error?.text == "it broke")
    }
}
