/// Writes a number with a fixed number of decimals, such as `0.2656`, for people.
///
/// Halves round away from zero. Numbers beyond 10¹⁵, infinities and NaN appear as Swift writes them.
///
/// - Parameters:
///   - value: The number.
///   - places: 0 to 9.
/// - Returns: The text.
package func fixed(_ value: Double, _ places: Int) -> String {
    let scale = (0..<max(0, min(places, 9))).reduce(Int64(1)) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * Double(scale)).rounded()
    guard value.magnitude < 1e15, scaled < 9e18 else { return "\(value)" }
    let (whole, fraction) = Int64(scaled).quotientAndRemainder(dividingBy: scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard scale > 1 else { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + String(scale + fraction).dropFirst()
}

/// Groups the digits of a count by thousands: `1,234,567`.
package func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
        text.append(digit)
    }
    return text
}
