import RankSystem
import Synchronization
import ZMQ

/// The place where the reload thread leaves a model for the scoring thread, and later finds the model before, so that
/// its memory is freed off the hot path.
///
/// Locked only for a hand-over, never for a request.
final class ModelSlot: Sendable {
    private struct Contents {
        var offered: ServedModel?
        var retired: ServedModel?
        /// A model was offered and the one before has not come back yet.
        var isBusy = false
    }

    private let contents = Mutex(Contents())

    /// Wakes the reload thread when the model before has come back.
    private let bell: WakeUp.Bell?

    init(bell: WakeUp.Bell? = nil) {
        self.bell = bell
    }

    /// Leaves a model for the scoring thread; ring its wake-up afterwards.
    ///
    /// Only when no hand-over is under way.
    func offer(_ model: ServedModel) {
        contents.withLock { contents in
            contents.offered = model
            contents.isBusy = true
        }
    }

    /// The model that was left, once.
    ///
    /// For the scoring thread, between two requests.
    func takeOffered() -> ServedModel? {
        contents.withLock { contents in
            defer { contents.offered = nil }
            return contents.offered
        }
    }

    /// Leaves the model before for the reload thread, and wakes it.
    func retire(_ model: consuming ServedModel) {
        contents.withLock { contents in
            contents.retired = model
            contents.isBusy = false
        }
        bell?.ring()
    }

    /// Frees the memory of the model before, if the scoring thread has returned it.
    ///
    /// - Returns: Whether a model may be offered: false while a hand-over is under way.
    func freeRetired() -> Bool {
        // Freed when the lock is free again: unmapping a large file takes a while.
        let (isFree, _) = contents.withLock { contents in
            defer { contents.retired = nil }
            return (!contents.isBusy, contents.retired)
        }
        return isFree
    }
}
