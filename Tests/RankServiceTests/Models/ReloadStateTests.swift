import RankEngine
import RankService
import RankSystem
import Testing

@Suite("ReloadState")
struct ReloadStateTests {
    static let second: UInt64 = 1_000_000_000

    /// A version at a path; the state tells apart what was written into it.
    static func version(_ number: UInt64, state: Int64 = 0) -> ModelVersion {
        ModelVersion(
            path: "models/\(number).safetensors",
            identity: FileIdentity(device: 1, number: number, size: 100, modified: state),
            number: number
        )
    }

    @Test
    func whatServesIsLoadedAgainOnlyWhenItsIdentityChangesWhateverPartOfIt() {
        let served = Self.version(1)
        var state = ReloadState(current: served)
        #expect(state.next(among: [served], at: 0) == nil)
        var changes = [served, served, served, served]
        changes[0].identity.device += 1
        changes[1].identity.number += 1
        changes[2].identity.size += 1
        changes[3].identity.modified += 1
        for changed in changes { #expect(state.next(among: [changed], at: 0) == changed) }
        state.succeeded(changes[0])
        #expect(state.next(among: [changes[0]], at: 0) == nil)
        #expect(state.next(among: [], at: 0) == nil)
    }

    @Test
    func aRefusedFileIsTriedAgainAfter12460SOrAtOnceWhenItHasChanged() {
        var state = ReloadState(current: Self.version(1))
        var now: UInt64 = 0
        let broken = Self.version(1, state: 1)
        for delay: UInt64 in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            #expect(state.next(among: [broken], at: now) == broken)
            #expect(state.failed(broken, at: now) == delay * Self.second)
            #expect(state.next(among: [broken], at: now + delay * Self.second - 1) == nil)
            now += delay * Self.second
        }
        let mended = Self.version(1, state: 2)
        state.failed(broken, at: now)
        #expect(state.next(among: [mended], at: now) == mended)
        #expect(state.failed(mended, at: now) == Self.second)
        #expect(state.current == Self.version(1))
    }

    @Test
    func theHighestVersionThatProvesItselfServesAndALowerOneWhenItGoesAway() {
        var state = ReloadState(current: Self.version(2))
        let all = [3, 2, 1].map { Self.version($0) }
        #expect(state.next(among: all, at: 0) == all[0])
        state.failed(all[0], at: 0)
        #expect(state.next(among: all, at: 1) == nil)
        #expect(state.next(among: all, at: Self.second) == all[0])
        state.succeeded(all[0])
        #expect(state.next(among: all, at: Self.second) == nil)
        let remaining = Array(all.dropFirst())
        #expect(state.next(among: remaining, at: Self.second) == all[1])
    }

    @Test
    func aForcedLoadTakesTheBestOneServedOrRefusedBeforeAndEndsWhenAllWereRefused() {
        var state = ReloadState(current: Self.version(1))
        let all = [2, 1].map { Self.version($0) }
        state.failed(all[0], at: 0)
        #expect(state.next(among: all, at: 1) == nil)
        state.force()
        #expect(state.next(among: all, at: 1) == all[0])
        state.failed(all[0], at: 1)
        #expect(state.next(among: all, at: 1) == all[1])
        state.succeeded(all[1])
        #expect(state.next(among: all, at: 1) == nil)
        state.force()
        for version in all { state.failed(version, at: 2) }
        #expect(state.next(among: all, at: 2) == nil)
        // The wish is spent: what serves is not loaded once more.
        #expect(state.next(among: [all[1]], at: 2 + 100 * Self.second) == nil)
    }

    @Test
    func whatWasRefusedAndWentAwayIsForgotten() {
        var state = ReloadState()
        let broken = Self.version(1)
        for _ in 0..<5 { state.failed(broken, at: 0) }
        #expect(state.next(among: [], at: 0) == nil)
        #expect(state.next(among: [broken], at: 0) == broken)
        #expect(state.failed(broken, at: 0) == Self.second)
    }
}
