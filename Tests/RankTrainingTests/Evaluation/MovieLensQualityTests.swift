import Foundation
import RankData
import RankTraining
import TestSupport
import Testing

private let directory = Repository.file("data/ml-100k")

/// The figures of docs/quality.md, where `tools/fetch-movielens` has put the real data.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: directory), "tools/fetch-movielens has not been run"))
struct MovieLensQualityTests {
    @Test func theTutorialPresetReachesWhatKerasReaches() throws {
        let report = try QualityStudy(
            DataSet.load(directory: directory),
            splits: [42, 0, 1, 2, 3].map { .seed($0) },
            .tutorial,
            training: Training(.tutorial)
        ).run()
        // Known from elsewhere: baselines have no randomness, so they check splits and metrics.
        #expect(abs(4 * report.rows[0].meanRMSE - 1.1307) < 5e-5)
        #expect(abs(4 * report.rows[1].meanRMSE - 1.0298) < 5e-5)
        // Surprise's BaselineOnly.
        #expect(abs(4 * report.rows[2].meanRMSE - 0.9477) < 5e-5)
        // Keras' mean is .2608, its standard deviation over splits .0037.
        #expect(abs(report.rows[3].meanRMSE - 0.2608) < 0.0075)
    }

    /// Only with the users' file, which an older copy of the data may lack.
    @Test(.enabled(if: hasUsers, "the data lack the users' file"))
    func aFactorisationMachineReachesWhatTheDocumentSays() throws {
        let report = try QualityStudy(
            DataSet.load(directory: directory),
            splits: [42, 0, 1, 2, 3].map { .seed($0) },
            .mapFM
        ).run()
        #expect(4 * report.rows[3].meanRMSE < 0.8745)
        #expect(report.rows[3].meanNDCG > 0.933)
    }

    /// One split, for it takes ten times as long.
    @Test(.enabled(if: hasUsers, "the data lack the users' file"))
    func aMixtureReachesWhatTheDocumentSays() throws {
        let report = try QualityStudy(DataSet.load(directory: directory), splits: [.seed(1)], .best).run()
        #expect(4 * report.rows[3].meanRMSE < 0.864)
        #expect(report.rows[3].meanNDCG > 0.933)
    }

    private static let hasUsers = (try? DataSet.load(directory: directory).userAttributes != .empty) ?? false
}
