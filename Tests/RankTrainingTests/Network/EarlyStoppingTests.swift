import RankData
import RankTraining
import TestSupport
import Testing

@Suite struct EarlyStoppingTests {
    private func trained(_ change: (inout TrainingOptions) -> Void) throws -> (Training.Result, TrainingSet) {
        let data = try Sample.data()
        let training = try TrainingData(data, split: .seed(42))
        var options = Sample.options()
        change(&options)
        return (try Training(options).run(on: training), training.set)
    }

    @Test func theBestEpochIsKept() throws {
        // A step so large that the training soon learns its examples by heart.
        let (result, _) = try trained {
            ($0.epochs, $0.optimizer.rate) = (40, 0.3)
            $0.validation = TrainingOptions.Validation(fraction: 0.25)
        }
        let losses = result.epochs.compactMap(\.validationLoss)
        #expect(losses.count == 40 && losses.firstIndex(of: losses.min() ?? 0) == result.keptEpoch - 1)
        #expect(result.keptEpoch < 40)
        // A training that ends there has the same weights.
        let (shorter, _) = try trained {
            ($0.epochs, $0.optimizer.rate) = (result.keptEpoch, 0.3)
            $0.validation = TrainingOptions.Validation(fraction: 0.25)
        }
        #expect(shorter.network == result.network && shorter.keptEpoch == result.keptEpoch)
    }

    @Test(arguments: [1, 3]) func patienceEndsTheTraining(_ patience: Int) throws {
        let (result, _) = try trained {
            ($0.epochs, $0.optimizer.rate) = (40, 0.3)
            $0.validation = TrainingOptions.Validation(fraction: 0.25, patience: patience)
        }
        #expect(result.epochs.count == result.keptEpoch + patience && result.epochs.count < 40)
    }

    @Test func onlyTrainingExamplesAreHeldOut() throws {
        let (result, set) = try trained { $0.validation = TrainingOptions.Validation(fraction: 0.1) }
        let (plain, _) = try trained { _ in }
        #expect(plain.epochs.allSatisfy { $0.validationLoss == nil } && plain.keptEpoch == 3)
        #expect(result.epochs.allSatisfy { $0.validationLoss != nil && $0.testLoss != nil })
        #expect(result.network != plain.network && set.training.count == 560)
        #expect(result.epochs[0].testLoss != plain.epochs[0].testLoss)
    }

    /// The test rows have no say: with others in their place the weights have the same bits.
    @Test func theTestRowsDecideNothing() throws {
        let ratings = try Sample.data().ratings
        let tests = Set(try SplitSpec.seed(42).resolve(ratings).testRows)
        var options = Sample.options()
        options.epochs = 6
        options.validation = TrainingOptions.Validation(fraction: 0.2, patience: 2)
        let results = try [false, true].map { isChanged in
            let lines = (0..<ratings.count).map { row in
                let stars = isChanged && tests.contains(row) ? 6 - ratings.stars[row] : ratings.stars[row]
                return "\(ratings.userIDs[row])\t\(ratings.itemIDs[row])\t\(stars)\n"
            }
            let directory = try TemporaryDirectory()
            try directory.write("x.inter", "user_id:token\titem_id:token\trating:float\n" + lines.joined())
            let items = Set(ratings.itemIDs).sorted().map { "\($0)\tTitle\n" }
            try directory.write("x.item", "item_id:token\tmovie_title:token_seq\n" + items.joined())
            let data = try DataSet.load(directory: directory.path)
            return try Training(options).run(on: TrainingData(data, split: .seed(42)))
        }
        #expect(results[0].network == results[1].network && results[0].keptEpoch == results[1].keptEpoch)
        #expect(results[0].epochs[0].testLoss != results[1].epochs[0].testLoss)
    }

    @Test func aPartWithoutExamplesIsRefused() throws {
        let error = #expect(throws: TrainingError.self) {
            _ = try trained { $0.validation = TrainingOptions.Validation(fraction: 0.001) }
        }
        #expect(error?.code == .unsuitableData && error?.message.contains("of 560 training ratings") == true)
    }

    @Test func impossibleOptionsAreRefused() throws {
        let changes: [(inout TrainingOptions) -> Void] = [
            { $0.validation = TrainingOptions.Validation(fraction: 0) },
            { $0.validation = TrainingOptions.Validation(fraction: 1) },
            { $0.validation = TrainingOptions.Validation(fraction: .nan) },
            { $0.validation = TrainingOptions.Validation(fraction: 0.5, patience: 0) },
            { $0.regularization.dropout = 1 }, { $0.regularization.dropout = -0.1 },
            { $0.regularization.dropout = .nan }, { $0.regularization.kernelPenalty = -1 },
            { $0.regularization.embeddingPenalty = .infinity }, { $0.optimizer.rate = 0 }, { $0.optimizer.rate = .nan },
        ]
        for change in changes {
            let error = #expect(throws: TrainingError.self) { _ = try trained(change) }
            #expect(error?.code == .invalidOption)
        }
    }

    @Test func reshufflingGivesEachEpochAnOrderOfItsOwn() throws {
        let (plain, _) = try trained { _ in }
        let (reshuffled, _) = try trained { $0.reshuffles = true }
        #expect(plain.epochs[0] == reshuffled.epochs[0] && plain.epochs[1] != reshuffled.epochs[1])
        #expect(plain.network != reshuffled.network)
    }
}
