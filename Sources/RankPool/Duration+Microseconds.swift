extension Duration {
    /// The whole microseconds of a duration, at most those of a million days.
    var wholeMicroseconds: Int64 {
        let limit: Int64 = 86_400_000_000_000_000
        let (seconds, attoseconds) = components
        guard seconds < limit / 1_000_000 else { return limit }
        guard seconds > -limit / 1_000_000 else { return -limit }
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
