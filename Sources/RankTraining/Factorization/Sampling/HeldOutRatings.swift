/// Test examples that factorisation machines are held against while they train.
///
/// Whoever has no training rating is scored by the coefficients of his columns; the row that he gets in the model comes of
/// the finished rows of the others.
struct HeldOutRatings {
    private let examples: TrainingSet.Examples
    private let stars: [Double]
    /// What the machine of best coefficients predicts, and how much it counts.
    private var base: [Double] = []
    private var share = 1.0
    /// The sum of what the averaged machines predict, and their number.
    private var sums: [Double]
    private var count = 0

    /// nil without an example.
    init?(_ examples: TrainingSet.Examples) {
        guard examples.count > 0 else { return nil }
        self.examples = examples
        stars = examples.labels.map { 1 + StarLabel.starsPerUnit * Double($0) }
        sums = [Double](repeating: 0, count: examples.count)
    }

    /// The mean squared error of a machine, in stars.
    func loss(of machine: FactorizationMachine) -> Double {
        loss(of: predictions(machine))
    }

    /// Takes in the machine that draws are mixed with, their average counting `share` beside it.
    mutating func mix(_ machine: FactorizationMachine, share: Double) {
        base = predictions(machine)
        self.share = share
    }

    /// Takes a drawn machine into the average.
    mutating func add(_ machine: FactorizationMachine) {
        for (index, prediction) in predictions(machine).enumerated() { sums[index] += prediction }
        count += 1
    }

    /// The mean squared error of the mixture with the draws so far, in stars; nil before the first.
    var lossOfMixture: Double? {
        guard count > 0 else { return nil }
        return loss(of: zip(base, sums).map { (1 - share) * $0 + share * $1 / Double(count) })
    }

    private func predictions(_ machine: FactorizationMachine) -> [Double] {
        zip(examples.users, examples.items).map { machine.predict(user: Int($0), item: Int($1)) }
    }

    private func loss(of predictions: [Double]) -> Double {
        zip(predictions, stars).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(stars.count)
    }
}
