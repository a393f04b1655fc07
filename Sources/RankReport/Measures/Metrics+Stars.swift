import RankTraining

extension Metrics {
    /// Mean absolute error in stars, or whatever ratings are given in.
    var maeInStars: Double {
        mae * ratingWidth
    }
}
