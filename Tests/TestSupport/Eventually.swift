import Foundation

/// The failure of a test that waited for something that did not come.
package struct GaveUp: Error, CustomStringConvertible {
    /// The awaited condition, the last value that was seen, and the place in the test.
    package let description: String

    fileprivate init(_ awaited: String, _ limit: Duration, _ seen: String, _ file: String, _ line: Int) {
        description = "\(file):\(line): gave up after \(limit), waiting until \(awaited); \(seen)"
    }
}

/// Looks at a value until it is as awaited; blocks the thread in between.
///
/// - Parameters:
///   - awaited: The condition, as a clause, for the failure.
///   - limit: How long to look; only a hang takes longer.
///   - pause: The time between two looks.
///   - file: The file of the test.
///   - line: The line of the call.
///   - look: Gives the value.
///   - isAwaited: Whether the value is as awaited.
/// - Returns: The value that was awaited.
/// - Throws: ``GaveUp``, or what `look` throws.
@discardableResult
package func eventuallyBlocking<Value>(
    _ awaited: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(2),
    file: String = #fileID,
    line: Int = #line,
    _ look: () throws -> Value,
    until isAwaited: (Value) -> Bool
) throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        let value = try look()
        if isAwaited(value) { return value }
        guard ContinuousClock.now < end else { throw GaveUp(awaited, limit, "seen last: \(value)", file, line) }
        Thread.sleep(forTimeInterval: pause / .seconds(1))
    }
}

/// Looks at a value until it is as awaited; suspends the task in between.
///
/// - Parameters:
///   - awaited: The condition, as a clause, for the failure.
///   - limit: How long to look; only a hang takes longer.
///   - pause: The time between two looks.
///   - file: The file of the test.
///   - line: The line of the call.
///   - look: Gives the value.
///   - isAwaited: Whether the value is as awaited.
/// - Returns: The value that was awaited.
/// - Throws: ``GaveUp``, `CancellationError`, or what `look` throws.
@discardableResult
package func eventually<Value>(
    _ awaited: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(2),
    file: String = #fileID,
    line: Int = #line,
    _ look: () async throws -> Value,
    until isAwaited: (Value) -> Bool
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        let value = try await look()
        if isAwaited(value) { return value }
        guard ContinuousClock.now < end else { throw GaveUp(awaited, limit, "seen last: \(value)", file, line) }
        try await Task.sleep(for: pause)
    }
}

/// Looks until a condition holds; blocks the thread in between.
///
/// - Throws: ``GaveUp``, or what `holds` throws.
package func eventuallyBlocking(
    _ awaited: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(2),
    file: String = #fileID,
    line: Int = #line,
    _ holds: () throws -> Bool
) throws {
    try eventuallyBlocking(awaited, within: limit, every: pause, file: file, line: line, holds) { $0 }
}

/// Looks until a condition holds; suspends the task in between.
///
/// - Throws: ``GaveUp``, `CancellationError`, or what `holds` throws.
package func eventually(
    _ awaited: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(2),
    file: String = #fileID,
    line: Int = #line,
    _ holds: () async throws -> Bool
) async throws {
    try await eventually(awaited, within: limit, every: pause, file: file, line: line, holds) { $0 }
}
