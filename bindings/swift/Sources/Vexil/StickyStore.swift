internal import VexilControl

/// Remembers which variants units were given, such as in a database. It is asked by reads of experiments that are
/// `sticky`, on the thread that reads; one that throws is taken for one that knows nothing.
public protocol StickyStore: Sendable {
    /// The id of the variant that a unit was given in an experiment.
    func variant(of experiment: String, for unit: String) throws -> String?

    /// Remembers it; called again, with the same variant, where ``variant(of:for:)`` does not tell of it later.
    func remember(_ variant: String, of experiment: String, for unit: String) throws
}

/// A program's store, as the library asks it.
final class HostStore: VexilControl.StickyStore {
    private let store: any StickyStore

    init(_ store: any StickyStore) {
        self.store = store
    }

    func get(experiment: String, unit: String) throws -> String? {
        try store.variant(of: experiment, for: unit)
    }

    func put(experiment: String, unit: String, variant: String) throws {
        try store.remember(variant, of: experiment, for: unit)
    }
}
