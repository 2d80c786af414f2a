import Foundation
internal import VexilControl

/// What the program says itself. All of it is of this process and of as long as it runs, and listeners hear of it. What is
/// not said to throw for a reason throws `INTERNAL`, where the library is at fault.
extension VexilClient {
    /// Sets what a key is in this process, whatever is in force. One of another type than the key's does not apply. Throws
    /// where the options do not allow overrides.
    public func setOverride(_ key: String, to value: JSON) throws(VexilError) {
        let text = try value.text()
        try translated { try control.setOverride(key: key, valueJson: text) }
    }

    /// The override of a key.
    public func override(of key: String) throws(VexilError) -> JSON? {
        try value(translated { try control.getOverride(key: key) })
    }

    /// Every override, by key.
    public var overrides: [String: JSON] {
        get throws(VexilError) { try values(translated { try control.overrides() }) }
    }

    /// Removes an override; one that is not there is none.
    public func removeOverride(_ key: String) throws(VexilError) {
        try translated { try control.removeOverride(key: key) }
    }

    /// Removes all overrides.
    public func clearOverrides() throws(VexilError) {
        try translated { try control.clearOverrides() }
    }

    /// Sets a value while the program runs: in a namespace of its own for whoever asks or listens; in `.features`,
    /// `.configs` and `.experiments` it is an override of the key, and must be allowed as such.
    public func setRuntime(_ key: String, in namespace: Namespace, to value: JSON) throws(VexilError) {
        let text = try value.text()
        try translated { try control.setRuntime(namespace: namespace.rawValue, key: key, valueJson: text) }
    }

    /// The runtime value of a key: what was set, not what the key is without it.
    public func runtime(_ key: String, in namespace: Namespace) throws(VexilError) -> JSON? {
        try value(translated { try control.getRuntime(namespace: namespace.rawValue, key: key) })
    }

    /// Every runtime value of a namespace, by key.
    public func runtimeValues(in namespace: Namespace) throws(VexilError) -> [String: JSON] {
        try values(translated { try control.runtimeValues(namespace: namespace.rawValue) })
    }

    /// Removes a runtime value; one that is not there is none.
    public func removeRuntime(_ key: String, in namespace: Namespace) throws(VexilError) {
        try translated { try control.removeRuntime(namespace: namespace.rawValue, key: key) }
    }

    /// Registers definitions, in JSON, for keys that the source may not know yet; each stands where what is in force has
    /// no such key. All of them, or none: throws where one is wrong.
    public func register(_ definitions: String) throws(VexilError) {
        try translated { try control.register(definitions: definitions) }
    }

    /// Takes back what was registered for a key.
    public func unregister(_ key: String) throws(VexilError) {
        try translated { try control.unregister(key: key) }
    }

    /// Every key that is registered, ascending.
    public var registered: [String] {
        get throws(VexilError) { try translated { try control.registered() } }
    }

    private func value(_ text: String?) throws(VexilError) -> JSON? {
        guard let text else { return nil }
        return try JSON(text: text)
    }

    private func values(_ texts: [String: String]) throws(VexilError) -> [String: JSON] {
        var values: [String: JSON] = [:]
        for (key, text) in texts { values[key] = try JSON(text: text) }
        return values
    }
}

extension VexilClient {
    /// The variant that an experiment gives, with all that there is to say of it; `nil` where the context takes no part.
    /// Throws where the context is none.
    public func experiment(_ key: String, for context: Context = .nobody) throws(VexilError) -> Assignment? {
        let json = try context.json()
        return try translated { try control.experiment(experiment: key, contextJson: json).map(Assignment.init) }
    }

    /// Evaluates, and tells how. Throws where the context is none.
    public func explain(_ key: String, for context: Context = .nobody) throws(VexilError) -> Explanation {
        let json = try context.json()
        let explanation = try translated { try control.explain(key: key, contextJson: json) }
        return Explanation(text: explanation.text, json: explanation.json)
    }
}
