/// A count and its noun: `1 model`, `2 models`, `1,234 models`.
///
/// - Parameters:
///   - count: How many.
///   - one: The noun for one of them.
///   - many: The noun for any other number; nil to append an s.
/// - Returns: The text.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}
