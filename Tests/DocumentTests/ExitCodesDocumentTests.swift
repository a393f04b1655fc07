import CommandSupport
import TestSupport
import Testing

/// `docs/reference/errors.md` has every exit code, and no other.
@Suite struct ExitCodesDocumentTests {
    @Test func everyExitCodeIsInTheTable() throws {
        let table = try DocumentTable(of: "docs/reference/errors.md", under: "Exit codes")
        let codes = table.rows.compactMap { Int32($0[0]) }
        let statuses: [CommandSupport.ExitStatus] = [
            .success, .usage, .refused, .unavailable, .internalError, .cannotCreate,
        ]
        #expect(codes == statuses.map(\.rawValue))
        // The names are those of the commands' help.
        for part in ExitStatus.help(statuses).dropFirst("EXIT CODES: ".count).dropLast().split(separator: ", ") {
            let code = part.prefix { $0 != " " }
            #expect(table.section.contains("| \(code) | \(part.dropFirst(code.count + 1)) |"), "\(part)")
        }
    }
}
