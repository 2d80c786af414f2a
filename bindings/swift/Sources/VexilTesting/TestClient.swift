import Vexil

/// Flags that a unit test sets.
///
///     let flags = try TestClient(["checkout.v2": true])
///     XCTAssertEqual(checkout(flags.client), "one page")
///
/// Its client is a real one whose definitions are in memory, so nothing is told twice: types, rules and buckets are the
/// core's, and what a test sets is an override.
public final class TestClient: Sendable {
    /// What the code that is tested asks.
    public let client: VexilClient

    /// `flags` are set from the beginning, as by ``set(_:to:)``. `definitions` are real ones, in JSON, for tests of rules
    /// and rollouts.
    public init(_ flags: [String: JSON] = [:], definitions: String = #"{"schema": 1, "entries": []}"#)
        throws(VexilError)
    {
        var options = Options(source: .memory(definitions))
        options.allowOverrides = true
        client = try VexilClient(options: options)
        for (key, value) in flags { try set(key, to: value) }
    }

    /// Makes a flag or configuration what a test wants it to be, for everybody. One that is not defined is made.
    ///
    /// Throws where it is defined, and cannot be this value.
    public func set(_ key: String, to value: JSON) throws(VexilError) {
        if try !isDefined(key) {
            let kind = if case .bool = value { "feature_flag" } else { "config" }
            try register([
                "key": .string(key), "type": .string(kind), "value_type": .string(value.typeName), "default": value,
            ])
        }
        try override(key, value)
    }

    /// Gives everybody this variant of an experiment. One that is not defined is made, with this variant alone.
    ///
    /// Throws where it is defined, and has no such variant.
    public func setVariant(_ variant: String, of experiment: String, config: JSON = .null) throws(VexilError) {
        if try !isDefined(experiment) {
            try register([
                "key": .string(experiment), "type": "experiment",
                "variants": [["id": .string(variant), "config": config]], "allocation": .object([variant: 100]),
            ])
        }
        try override(experiment, .string(variant))
    }

    /// Takes back what was set for a key. What was made for it is gone as well.
    public func clear(_ key: String) throws(VexilError) {
        try client.removeOverride(key)
        try client.unregister(key)
    }

    /// Takes back all that was set.
    public func clear() throws(VexilError) {
        try client.clearOverrides()
        for key in try client.registered { try client.unregister(key) }
    }

    /// What a test made before is made anew, and may be of another type then.
    private func isDefined(_ key: String) throws(VexilError) -> Bool {
        try client.unregister(key)
        return client.details(key).error?.code != .flagNotFound
    }

    private func register(_ definition: JSON) throws(VexilError) {
        try client.register(definition.text())
    }

    private func override(_ key: String, _ value: JSON) throws(VexilError) {
        try client.setOverride(key, to: value)
        // The core does not take one of another type, and a test must not go on with a value that is not there.
        if try client.view(keys: [key])[key]?.reason != .override {
            try client.removeOverride(key)
            throw .argument(.invalidValue, "`\(key)` is defined, and cannot be this")
        }
    }
}

extension JSON {
    fileprivate var typeName: String {
        switch self {
        case .bool: "boolean"
        case .int: "integer"
        case .double: "float"
        case .string: "string"
        case .null, .array, .object: "json"
        }
    }
}
