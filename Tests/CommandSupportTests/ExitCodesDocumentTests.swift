import CommandSupport
import Foundation
import TestSupport
import Testing

/// `docs/reference/errors.md` has every exit code, and no other.
@Suite struct ExitCodesDocumentTests {
    @Test func everyExitCodeIsInTheTable() throws {
        let text = try Repository.text("docs/reference/errors.md")
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("Exit codes\n") })
        let codes = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).compactMap { line in
            line.split(separator: "|").first.flatMap { Int32($0.trimmingCharacters(in: .whitespaces)) }
        }
        let statuses: [CommandSupport.ExitStatus] = [
            .success, .usage, .refused, .unavailable, .internalError, .cannotCreate,
        ]
        #expect(codes == statuses.map(\.rawValue))
        // The names are those of the commands' help.
        for part in ExitStatus.help(statuses).dropFirst("EXIT CODES: ".count).dropLast().split(separator: ", ") {
            let code = part.prefix { $0 != " " }
            #expect(section.contains("| \(code) | \(part.dropFirst(code.count + 1)) |"), "\(part)")
        }
    }
}
