import Vexil
import VexilTesting
import XCTest

final class LocalTests: XCTestCase {
    func testOverrides() throws {
        let client = try newClient()
        try client.setOverride("limit", to: 5)
        XCTAssertEqual(client.int("limit", default: 0), 5)
        XCTAssertEqual(client.intDetails("limit", default: 0).reason, .override)
        XCTAssertEqual(try client.override(of: "limit"), 5)
        XCTAssertEqual(try client.overrides, ["limit": 5])
        XCTAssertEqual(client.state.overrides, 1)
        try client.removeOverride("limit")
        XCTAssertNil(try client.override(of: "limit"))
        try client.setOverride("on", to: false)
        try client.clearOverrides()
        XCTAssertEqual(try client.overrides, [:])
        XCTAssertTrue(client.isEnabled("on"))
    }

    func testRuntimeValues() throws {
        let client = try newClient()
        let heard = Locked<[Change]>([])
        let subscription = try client.onChange(of: "theme", in: "shop") { change in heard.with { $0.append(change) } }
        try client.setRuntime("theme", in: "shop", to: ["dark": true])
        XCTAssertEqual(try client.runtime("theme", in: "shop"), ["dark": true])
        XCTAssertEqual(try client.runtimeValues(in: "shop"), ["theme": ["dark": true]])
        try client.removeRuntime("theme", in: "shop")
        XCTAssertNil(try client.runtime("theme", in: "shop"))
        XCTAssertEqual(heard.now.map(\.new), [["dark": true], nil])
        try client.setRuntime("limit", in: .configs, to: 7)
        XCTAssertEqual(client.int("limit", default: 0), 7)
        subscription.cancel()
    }

    func testRegistrationsStandWhereNothingElseDoes() throws {
        let client = try newClient()
        try client.register(#"[{"key": "mine", "type": "feature_flag", "default": true}]"#)
        XCTAssertTrue(client.isEnabled("mine"))
        XCTAssertEqual(client.details("mine").origin, .registered)
        XCTAssertEqual(try client.registered, ["mine"])
        try client.unregister("mine")
        XCTAssertFalse(client.isEnabled("mine"))
    }

    func testViewsAreOfOneMomentAndReadWithoutAsking() throws {
        let client = try newClient()
        let view = try client.view(for: ["tenant.tier": "pro"])
        XCTAssertTrue(view.isCurrent)
        try client.put(#"{"entries": []}"#)
        XCTAssertFalse(view.isCurrent)
        XCTAssertTrue(view.isEnabled("pro"))
        XCTAssertEqual(view.int("limit", default: 0), 600)
        XCTAssertEqual(view.double("ratio", default: 0), 0.25)
        XCTAssertEqual(view.double("limit", default: 0), 600)
        XCTAssertEqual(view.string("greeting", default: ""), "Grüße, 👋")
        XCTAssertEqual(try view.json("theme").map { try JSON(text: $0) }, ["color": "blue", "sizes": [1, 2]])
        XCTAssertEqual(view.int("greeting", default: 4), 4)
        XCTAssertEqual(view["pro"]?.rule, "tier")
        XCTAssertEqual(view["broken"]?.error?.code, .parseError)
        XCTAssertNil(view["nowhere"])
        XCTAssertEqual(try client.view().keys.count, 0)
    }

    /// Which type a value answers is the library's to say, for views as for clients.
    func testAViewAnswersAsItsClientDoes() throws {
        let client = try newClient(
            """
            {"entries": [{"key": "seven", "type": "config", "value_type": "json", "default": 7},
              {"key": "text", "type": "config", "value_type": "json", "default": "t"},
              {"key": "one", "type": "config", "value_type": "float", "default": 1}]}
            """)
        let view = try client.view()
        for key in view.keys {
            XCTAssertEqual(view.int(key, default: -1), client.int(key, default: -1), key)
            XCTAssertEqual(view.double(key, default: -1), client.double(key, default: -1), key)
            XCTAssertEqual(view.string(key, default: "-"), client.string(key, default: "-"), key)
            XCTAssertEqual(view.json(key), client.json(key), key)
        }
        XCTAssertEqual(view.json("seven"), "7")
        XCTAssertEqual(view["text"]?.value, "t")
    }

    func testAViewIsRenewedAsAnother() throws {
        let client = try newClient()
        let view = try client.view(for: ["tenant.tier": "pro"], keys: ["pro", "limit"])
        try client.setOverride("limit", to: 5)
        let renewed = try view.renewed()
        XCTAssertEqual(renewed.int("limit", default: 0), 5)
        XCTAssertEqual(view.int("limit", default: 0), 600)
        XCTAssertTrue(renewed.isEnabled("pro"))
        XCTAssertEqual(Set(renewed.keys), ["pro", "limit"])
        XCTAssertTrue(renewed.isCurrent)
        XCTAssertFalse(view.isCurrent)
        XCTAssertFalse(try renewed.renewed(for: .nobody).isEnabled("pro"))
        assertFails(.invalidContext) { _ = try view.renewed(for: ["a": .double(.nan)]) }
    }

    /// What a request says itself stays; the moment does not.
    func testAViewOfOneMomentIsRenewedByWhatIsInForce() throws {
        let client = try newClient()
        let view = try client.pinned(overrides: ["limit": 5]).view()
        XCTAssertTrue(view.isCurrent)
        try client.setOverride("on", to: false)
        XCTAssertFalse(view.isCurrent)
        XCTAssertTrue(view.isEnabled("on"))
        let renewed = try view.renewed()
        XCTAssertFalse(renewed.isEnabled("on"))
        XCTAssertEqual(renewed.int("limit", default: 0), 5)
    }

    func testVariantsOfAView() throws {
        let client = try newClient(
            """
            {"entries": [
              {"key": "button", "type": "experiment", "status": "running",
               "variants": [{"id": "control", "config": {"color": "grey"}}, {"id": "blue"}],
               "allocation": {"control": 100, "blue": 0}},
              {"key": "draft", "type": "experiment", "status": "draft",
               "variants": [{"id": "control"}, {"id": "blue"}], "allocation": {"control": 50, "blue": 50}},
              {"key": "by", "type": "feature_flag",
               "variations": [{"id": "control", "value": "C"}, {"id": "blue", "value": "B"}], "default": "control",
               "rules": [{"action": {"experiment": "button"}}]}
            ]}
            """)
        let ada: Context = ["user.id": "ada"]
        for override: JSON? in [nil, "blue", "nowhere"] {
            if let override { try client.setOverride("button", to: override) }
            for context in [ada, .nobody] {
                let view = try client.view(for: context)
                for key in Array(view.keys) + ["missing"] {
                    XCTAssertEqual(view.variant(key), client.variant(key, for: context), key)
                    XCTAssertEqual(view.variantConfig(key), client.variantConfig(key, for: context), key)
                }
            }
        }
        try client.clearOverrides()
        XCTAssertEqual(try client.view(for: ada).variant("button"), "control")
        XCTAssertEqual(try client.view(for: ada).variantConfig("button"), ["color": "grey"])
    }

    func testViewsOfSomeKeys() throws {
        let client = try newClient()
        XCTAssertEqual(Set(try client.view(keys: ["on", "limit"]).keys), ["on", "limit"])
        XCTAssertEqual(try client.view(keys: []).keys.count, 0)
        let all = try client.evaluateAll()
        XCTAssertEqual(
            Set(all.keys), ["on", "pro", "limit", "ratio", "greeting", "theme", "broken", "button"])
        XCTAssertEqual(all["limit"]?.value, 600)
    }

    func testAViewOfManyKeysIsWhole() throws {
        let entries = (0..<2_000).map {
            #"{"key": "key-\#($0)", "type": "config", "value_type": "integer", "default": \#($0)}"#
        }
        let view = try newClient("[\(entries.joined(separator: ","))]").view()
        XCTAssertEqual(view.keys.count, 2_000)
        XCTAssertTrue((0..<2_000).allSatisfy { view.int("key-\($0)", default: -1) == $0 })
    }

    func testAProgramsOwnStoreIsAsked() throws {
        let store = Remembering()
        let sticky = definitions.replacingOccurrences(
            of: #""status": "running","#, with: #""status": "running", "sticky": true,"#)
        let client = try newClient(sticky) { $0.sticky = store }
        let ada: Context = ["user.id": "ada"]
        XCTAssertEqual(client.variant("button", for: ada), "blue")
        XCTAssertEqual(store.known.now, ["button/ada": "blue"])
        store.known.with { $0 = ["button/ada": "control"] }
        XCTAssertEqual(client.variant("button", for: ada), "control")
        store.fails.with { $0 = true }
        XCTAssertEqual(client.variant("button", for: ada), "blue")
    }

    private final class Remembering: StickyStore {
        let known = Locked<[String: String]>([:])
        let fails = Locked(false)

        func variant(of experiment: String, for unit: String) throws -> String? {
            if fails.now { throw CancellationError() }
            return known.now["\(experiment)/\(unit)"]
        }

        func remember(_ variant: String, of experiment: String, for unit: String) throws {
            if fails.now { throw CancellationError() }
            known.with { $0["\(experiment)/\(unit)"] = variant }
        }
    }
}

final class TestClientTests: XCTestCase {
    func testFlagsThatATestSets() throws {
        let flags = try TestClient(["checkout.v2": true, "limit": 5])
        XCTAssertTrue(flags.client.isEnabled("checkout.v2"))
        XCTAssertEqual(flags.client.int("limit", default: 0), 5)
        try flags.set("limit", to: "none")
        XCTAssertEqual(flags.client.string("limit", default: ""), "none")
        try flags.setVariant("blue", of: "button", config: ["color": "blue"])
        XCTAssertEqual(flags.client.variant("button"), "blue")
        XCTAssertEqual(flags.client.variantConfig("button"), ["color": "blue"])
        try flags.clear("checkout.v2")
        XCTAssertFalse(flags.client.isEnabled("checkout.v2"))
        try flags.clear()
        XCTAssertEqual(try flags.client.registered, [])
        XCTAssertNil(flags.client.variant("button"))
    }

    func testWhatIsDefinedKeepsItsType() throws {
        let flags = try TestClient(definitions: definitions)
        try flags.set("limit", to: 7)
        XCTAssertEqual(flags.client.int("limit", default: 0), 7)
        assertFails(.invalidValue) { try flags.set("limit", to: "none") }
        assertFails(.invalidValue) { try flags.setVariant("red", of: "button") }
        XCTAssertEqual(flags.client.int("limit", default: 0), 600)
        try flags.setVariant("control", of: "button")
        XCTAssertEqual(flags.client.variant("button", for: ["user.id": "ada"]), "control")
    }
}
