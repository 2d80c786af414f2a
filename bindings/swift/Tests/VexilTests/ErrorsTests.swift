import CVexil
import VexilControl
import XCTest

@testable import Vexil

final class ErrorsTests: XCTestCase {
    func testCodesAreThoseOfTheTable() {
        let table = VexilControl.codes()
        XCTAssertGreaterThan(table.count, 30)
        XCTAssertEqual(Code.allCases.map(\.rawValue), table.map(\.number))
        XCTAssertEqual(Code.allCases.map(\.name), table.map(\.name))
        for code in Code.allCases {
            let words = "\(code)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : "\($1)" }
            XCTAssertEqual(words.uppercased(), code.name)
        }
    }

    func testWhatCannotWorkIsAnErrorOfItsKind() throws {
        assertFails(.invalidDefinitions) { _ = try newClient("{") }
        assertFails(.invalidOptions) { _ = try newClient { $0.cacheMaxAge = .seconds(1) } }
        assertFails(.invalidOptions) { _ = try newClient { $0.pollingInterval = .seconds(-1) } }
        assertFails(.invalidOptions) { _ = try newClient { $0.stickyCapacity = 5 } }
        assertFails(.invalidOptions) { _ = try newClient { $0.trustedKeys = [.init(id: "a", publicKey: "none")] } }
        assertFails(.invalidOptions) { _ = try newClient { $0.certificates = "none" } }
        assertFails(.invalidOptions) {
            _ = try VexilClient(options: Options(source: .controlPlane(url: "none", key: "k")))
        }
        let client = try newClient { $0.allowOverrides = false }
        assertFails(.overridesNotAllowed) { try client.setOverride("on", to: false) }
        assertFails(.invalidDefinitions) { try client.put("{") }
        assertFails(.invalidDefinitions) { try client.register(#"{"key": "no key"}"#) }
        XCTAssertTrue(client.isEnabled("on"))
    }

    func testAnErrorSaysItsNameAndWhatExactly() {
        let error = VexilError.source(.unreachable, "nobody is at this address")
        XCTAssertEqual(error.name, "UNREACHABLE")
        XCTAssertEqual("\(error)", "nobody is at this address (UNREACHABLE)")
        XCTAssertEqual(error.localizedDescription, "\(error)")
        XCTAssertEqual(VexilError.closed("closed").code, .closed)
    }

    func testWhatIsClosedIsAnErrorAndNoCrash() throws {
        let client = try newClient()
        let view = try client.view()
        let subscription = try client.onState { _ in }
        client.close()
        client.close()
        XCTAssertFalse(client.isEnabled("on"))
        XCTAssertEqual(client.int("limit", default: 3), 3)
        XCTAssertEqual(client.string("greeting", default: "own"), "own")
        XCTAssertEqual(client.boolDetails("on", default: true).error?.code, .closed)
        XCTAssertNil(client.variant("button", for: ["user.id": "ada"]))
        assertFails(.closed) { _ = try client.view() }
        assertFails(.closed) { try client.put(definitions) }
        assertFails(.closed) { try client.refresh() }
        assertClosed { try client.refresh() }
        XCTAssertEqual(client.generation, 0)
        XCTAssertTrue(view.isEnabled("on"))
        XCTAssertFalse(view.isCurrent)
        assertFails(.closed) { _ = try view.renewed() }
        subscription.cancel()
    }

    func testAKeyIsShownToNobody() {
        let options = Options(source: .controlPlane(url: "https://flags.example.com", key: "vx_srv_secret"))
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(options)", String(reflecting: options), dumped] {
            XCTAssertFalse(text.contains("vx_srv_secret"), text)
            XCTAssertTrue(text.contains("flags.example.com"), text)
        }
    }
}

#if VEXIL_FAIL_ON_PURPOSE
    /// What the library does when it is asked to fail.
    final class FailOnPurposeTests: XCTestCase {
        func testAnErrorIsThrownWithWhatItSays() {
            for code in Code.allCases where code != .ok {
                XCTAssertThrowsError(try check(vexil_provoke_error(code.rawValue))) { error in
                    XCTAssertEqual((error as? Vexil.VexilError)?.code, code)
                    XCTAssertEqual((error as? Vexil.VexilError)?.message, "it fails because it was asked to")
                }
            }
        }

        func testAPanicIsAnErrorAndAllGoesOn() throws {
            let client = try newClient()
            assertFails(.internal) { try check(vexil_provoke_panic()) }
            XCTAssertTrue(client.isEnabled("on"))
        }

        /// Whichever call it is: none of them ends the process.
        func testAPanicBehindACallIsItsError() throws {
            let client = try newClient()
            let calls: [(String, () throws -> Void)] = [
                ("init", { _ = try newClient() }),
                ("fromEnvironment", { _ = try VexilClient.fromEnvironment() }),
                ("pinned", { _ = try client.pinned() }),
                ("view", { _ = try client.view() }),
                ("refresh", { try client.refresh() }),
                ("put", { try client.put(definitions) }),
                ("setOverride", { try client.setOverride("on", to: false) }),
                ("override", { _ = try client.override(of: "on") }),
                ("overrides", { _ = try client.overrides }),
                ("removeOverride", { try client.removeOverride("on") }),
                ("clearOverrides", { try client.clearOverrides() }),
                ("setRuntime", { try client.setRuntime("k", in: "n", to: 1) }),
                ("runtime", { _ = try client.runtime("k", in: "n") }),
                ("runtimeValues", { _ = try client.runtimeValues(in: "n") }),
                ("removeRuntime", { try client.removeRuntime("k", in: "n") }),
                ("register", { try client.register("[]") }),
                ("unregister", { try client.unregister("k") }),
                ("registered", { _ = try client.registered }),
                ("experiment", { _ = try client.experiment("button") }),
                ("explain", { _ = try client.explain("on") }),
                ("onState", { _ = try client.onState { _ in } }),
                ("onChange", { _ = try client.onChange(of: "on") { _ in } }),
                ("onGeneration", { _ = try client.onGeneration { _ in } }),
            ]
            for (name, call) in calls {
                try check(vexil_provoke_panic_in_next())
                XCTAssertThrowsError(try call(), name) { error in
                    XCTAssertEqual((error as? Vexil.VexilError)?.code, .internal, "\(name): \(error)")
                }
            }
            try check(vexil_provoke_panic_in_next())
            XCTAssertEqual(client.state.lastError?.code, .internal)
            XCTAssertTrue(client.state.initialized)
            try check(vexil_provoke_panic_in_next())
            XCTAssertEqual(client.generation, 0)
            try check(vexil_provoke_panic_in_next())
            XCTAssertEqual(client.boolDetails("on", default: false).error?.code, .internal)
            XCTAssertTrue(client.isEnabled("on"))
        }

        func testAPanicWhileSomethingEndsIsNobodysMatter() throws {
            let client = try newClient()
            let subscription = try client.onState { _ in }
            try check(vexil_provoke_panic_in_next())
            subscription.cancel()
            try check(vexil_provoke_panic_in_next())
            client.close()
            client.close()
            XCTAssertEqual(client.boolDetails("on", default: true).error?.code, .closed)
            do {
                let whole = try newClient()
                let pinned = try whole.pinned()
                try check(vexil_provoke_panic_in_next())
                withExtendedLifetime(pinned) {}
            }
            XCTAssertTrue(try newClient().isEnabled("on"))
        }

        func testTextThatIsNoUTF8IsMended() {
            let (code, text) = filled { vexil_provoke_bad_text($0) }
            XCTAssertEqual(code, Code.ok.rawValue)
            XCTAssertEqual(text, "\u{FFFD}(")
        }

        func testHandlesThatAreForeignAreErrors() {
            let nobody = vexil_client(id: 12_345)
            XCTAssertFalse("on".lent { vexil_is_enabled(nobody, $0, vexil_context(id: 0)) })
            assertFails(.invalidHandle) { try check(vexil_client_refresh(nobody)) }
            assertFails(.invalidHandle) { try check(vexil_view_free(vexil_view(id: 12_345))) }
            assertFails(.invalidHandle) { try check(vexil_context_free(vexil_context(id: .max))) }
        }
    }
#endif
