/// Test examples on which factorisation machines are tested while they train.
///
/// A user or item without training ratings is scored by the coefficients of its columns. Its row in the model is
/// predicted from the finished rows of the others.
struct HeldOutRatings {
    private let examples: TrainingSet.Examples
    private let stars: [Double]
    /// The predictions of the machine of best coefficients, and their weight.
    private var base: [Double] = []
    private var share = 1.0
    /// The sum of the averaged machines' predictions, and their number.
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

    /// Sets the machine that the draws are mixed with; the average of the draws has the weight `share`.
    mutating func mix(_ machine: FactorizationMachine, share: Double) {
        base = predictions(machine)
        self.share = share
    }

    /// Adds a drawn machine to the average.
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
