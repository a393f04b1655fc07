import RankCore
import RankPool
import RankProtocol
import TestSupport
import Testing
import ZMQ

/// Listings over a pool, whose workers fail, leave and reload meanwhile.
@Suite(.timeLimit(.minutes(2))) struct CatalogTests {
    static let everything: [UInt64] = [11, 12, 13, 14, 15, 16, 17]

    /// Runs fakes, and lists over them.
    private func catalog(
        _ settings: [FakeWorker.Settings],
        deadline: Duration = .seconds(60),
        model: ModelID = .unspecified
    ) async throws -> Result<CandidateCatalog, PoolError> {
        let workers = try settings.map { try FakeWorker($0) }
        defer { for worker in workers { worker.end() } }
        let pool = try RankPool.start(workers.map(\.endpoint).joined(separator: ","))
        let result: Result<CandidateCatalog, PoolError>
        do throws(PoolError) {
            result = .success(try await pool.catalog(deadline: deadline, model: model))
        } catch {
            result = .failure(error)
        }
        await pool.shutdown()
        return result
    }

    private func settings(_ change: (inout FakeWorker.Settings) -> Void = { _ in }) -> FakeWorker.Settings {
        var settings = FakeWorker.Settings()
        change(&settings)
        return settings
    }

    @Test(arguments: [1, 2, 3, 7, 8])
    func pagesArePutTogether(_ size: Int) async throws {
        let catalog = try await catalog([settings { $0.pageSize = size }]).get()
        #expect(catalog.ids == .numbers(Self.everything))
        #expect(catalog.model == Fake.model)
        #expect(catalog.profile == .fp32FMA)
    }

    @Test func aCatalogueMayBeEmpty() async throws {
        #expect(try await catalog([settings { $0.catalog = [] }]).get().count == 0)
    }

    @Test(arguments: [0, 1, 2])
    func whateverBecomesOfOneWorkerAnotherOneGoesOn(_ page: Int) async throws {
        var failures: [FakeWorker.CatalogBehaviour] = [
            .die, .error(ErrorReply(status: .unavailable, message: "draining")),
            .error(ErrorReply(status: .resourceExhausted, message: "busy")),
            .error(ErrorReply(status: .internal, message: "broken")), .reload(Fake.otherModel),
        ]
        // The length on a catalogue's first page is believed.
        if page > 0 { failures.append(.total(99)) }
        for failure in failures {
            let failing = settings { $0.catalogBehaviour = { number in number >= page ? failure : .list } }
            let catalog = try await catalog([failing, settings()]).get()
            #expect(catalog.ids == .numbers(Self.everything), "\(failure)")
            #expect(catalog.model == Fake.model)
        }
    }

    @Test func aFrozenWorkerTakesOnlyPartOfTheTime() async throws {
        let frozen = settings { $0.catalogBehaviour = { _ in .silence } }
        // Half of the time is the frozen worker's; the other half must outlast a machine that is busy with other tests.
        let catalog = try await catalog([frozen, settings()], deadline: .seconds(40)).get()
        #expect(catalog.ids == .numbers(Self.everything))
    }

    @Test
    func aReloadOfEveryWorkerBeginsTheListingAnew() async throws {
        let reloading = settings { $0.catalogBehaviour = { $0 == 1 ? .reload(Fake.otherModel) : .list } }
        let catalog = try await catalog([reloading]).get()
        #expect(catalog.ids == .numbers(Self.everything))
        #expect(catalog.model == Fake.otherModel)
        // A model that was asked for by name is not exchanged for another one.
        let demanded = try await self.catalog([reloading], model: Fake.model)
        #expect(throws: PoolError.self) { try demanded.get() }
        if case .failure(let error) = demanded { #expect(error.code == .failedPrecondition) }
    }

    @Test
    func aWorkerThatReloadsAllTheTimeEndsTheListingNotThePatience() async throws {
        let models = [Fake.model, Fake.otherModel]
        let restless = settings {
            $0.catalogBehaviour = { $0 % 2 == 1 ? .reload(models[$0 / 2 % 2 == 0 ? 1 : 0]) : .list }
        }
        guard case .failure(let error) = try await catalog([restless]) else {
            Issue.record("a listing of several models")
            return
        }
        #expect(error.code == .failedPrecondition)
        #expect(error.code.advice == .tryAnotherWorker)
    }

    @Test func anOverloadedWorkerIsAskedAgainAfterItsTime() async throws {
        let busy = ErrorReply(status: .resourceExhausted, message: "busy", retryAfterMicroseconds: 2_000)
        let settings = settings { $0.catalogBehaviour = { $0 < 3 ? .error(busy) : .list } }
        #expect(try await catalog([settings]).get().ids == .numbers(Self.everything))
    }

    @Test
    func whereNothingIsListedTheErrorSaysWhatToDo() async throws {
        guard case .failure(let error) = try await catalog([settings { $0.catalog = nil }]) else {
            Issue.record("a list of nothing")
            return
        }
        #expect(error.code == .unimplemented)
        #expect(error.message.contains("name them in the call"))
        #expect(error.causes.count == 1)
    }

    @Test
    func aWorkerThatSaysNothingEndsTheListingAtItsDeadline() async throws {
        let silent = settings { $0.catalogBehaviour = { $0 < 1 ? .list : .silence } }
        guard case .failure(let error) = try await catalog([silent], deadline: .milliseconds(300)) else {
            Issue.record("an answer of nothing")
            return
        }
        #expect(error.code == .deadlineExceeded)
    }
}
