import RankTraining

/// Options of factorisation machines of 5 factors, which a test can train many times.
enum SmallFactors {
    /// 6 sweeps of best coefficients.
    static let solved: FactorizationOptions = {
        var options = FactorizationOptions.mapFM
        (options.factors, options.sweeps) = (5, 6)
        return options
    }()

    /// Sweeps of best coefficients, mixed with sweeps of 3 drawn factors.
    static func mixed(sweeps: Int, drawn: Int, warmUp: Int) -> FactorizationOptions {
        var options = FactorizationOptions.best
        (options.factors, options.sweeps) = (5, sweeps)
        options.sampling?.factors = 3
        options.sampling?.sweeps = drawn
        options.sampling?.warmUp = warmUp
        return options
    }
}
