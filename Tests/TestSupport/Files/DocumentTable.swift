import Foundation

/// The tables of a document of this repository, for tests that hold them against the code.
package struct DocumentTable {
    /// The cells of each row below the table's head, without spaces and marks of code around them.
    package let rows: [[String]]

    /// The section that the table stands in.
    package let section: String

    /// A document or a section that is not there.
    package struct Missing: Error, CustomStringConvertible {
        /// The document and the heading.
        package let description: String
    }

    /// Reads the tables of one section; more than one of them count as one.
    ///
    /// - Parameters:
    ///   - path: The document, below the root of the repository.
    ///   - heading: The section's heading, of the second level.
    /// - Throws: ``Missing``, or what keeps the document from being read.
    package init(of path: String, under heading: String) throws {
        let sections = try Repository.text(path).components(separatedBy: "\n## ")
        guard let section = sections.first(where: { $0.hasPrefix("\(heading)\n") }) else {
            throw Missing(description: "\(path) has no section \"\(heading)\"")
        }
        self.section = section
        let code = CharacterSet(charactersIn: "`")
        rows = section.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: code)
            }
        }
    }
}
