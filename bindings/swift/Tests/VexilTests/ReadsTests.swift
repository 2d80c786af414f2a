import Vexil
import XCTest

final class ReadsTests: XCTestCase {
    private struct Theme: Codable, Equatable {
        var color: String
        var sizes: [Int]
    }

    private let standard = Theme(color: "none", sizes: [])

    func testValuesOfAllTypes() throws {
        let client = try newClient()
        XCTAssertTrue(client.isEnabled("on"))
        XCTAssertTrue(client.bool("on", default: false))
        XCTAssertEqual(client.int("limit", default: 1), 600)
        XCTAssertEqual(client.double("ratio", default: 1), 0.25)
        XCTAssertEqual(client.double("limit", default: 1), 600)
        XCTAssertEqual(client.string("greeting", default: ""), "Grüße, 👋")
        XCTAssertEqual(client.decode(Theme.self, "theme", default: standard), Theme(color: "blue", sizes: [1, 2]))
        XCTAssertEqual(try client.json("theme").map { try JSON(text: $0) }, ["color": "blue", "sizes": [1, 2]])
    }

    func testAContextDecides() throws {
        let client = try newClient()
        XCTAssertFalse(client.isEnabled("pro"))
        XCTAssertFalse(client.isEnabled("pro", for: ["tenant.tier": "free"]))
        XCTAssertTrue(client.isEnabled("pro", for: ["tenant.tier": "pro"]))
        let details = client.boolDetails("pro", for: ["tenant.tier": "pro"], default: false)
        XCTAssertEqual(details.value, true)
        XCTAssertEqual(details.reason, .targeting)
        XCTAssertEqual(details.rule, "tier")
        XCTAssertEqual(details.origin, .memory)
        XCTAssertNil(details.error)
        XCTAssertNil(details.staleFor)
    }

    func testWithoutAValueTheDefaultIsGivenAndTheDetailsSayWhy() throws {
        let client = try newClient()
        XCTAssertFalse(client.isEnabled("nowhere"))
        XCTAssertTrue(client.bool("nowhere", default: true))
        XCTAssertEqual(client.int("on", default: -7), -7)
        XCTAssertEqual(client.double("greeting", default: .infinity), .infinity)
        XCTAssertEqual(client.string("limit", default: "own"), "own")
        XCTAssertNil(client.json("limit"))
        for (code, details) in [
            (Code.flagNotFound, client.intDetails("nowhere", default: 5)),
            (.typeMismatch, client.intDetails("on", default: 5)),
            (.parseError, client.intDetails("broken", default: 5)),
        ] {
            XCTAssertEqual(details.value, 5)
            XCTAssertEqual(details.reason, .error)
            XCTAssertEqual(details.error?.code, code)
            XCTAssertFalse(details.error?.message.isEmpty ?? true)
        }
    }

    func testJSONOfAnotherTypeThanTheProgramsIsSaid() throws {
        let client = try newClient()
        XCTAssertEqual(client.decode([Int].self, "theme", default: [3]), [3])
        let details = client.decodeDetails([Int].self, "theme", default: [3])
        XCTAssertEqual(details.value, [3])
        XCTAssertEqual(details.error?.code, .typeMismatch)
        XCTAssertEqual(client.decodeDetails(Theme.self, "theme", default: standard).value.color, "blue")
        XCTAssertEqual(client.decodeDetails(Theme.self, "nowhere", default: standard).error?.code, .flagNotFound)
    }

    func testDetailsOfAnyType() throws {
        let client = try newClient()
        XCTAssertEqual(client.details("on").value, true)
        XCTAssertEqual(client.details("limit").value, 600)
        XCTAssertEqual(client.details("ratio").value, 0.25)
        XCTAssertEqual(client.details("greeting").value, "Grüße, 👋")
        XCTAssertEqual(client.details("theme").value, ["color": "blue", "sizes": [1, 2]])
        XCTAssertNil(client.details("nowhere").value)
        XCTAssertEqual(client.stringDetails("greeting", default: "").value, "Grüße, 👋")
        XCTAssertEqual(client.doubleDetails("ratio", default: 0).value, 0.25)
        XCTAssertEqual(client.jsonDetails("theme").value, client.json("theme"))
    }

    func testTextThatIsLongerThanMostIsWhole() throws {
        let long = String(repeating: "ä1", count: 40_000)
        let client = try newClient(#"{"key": "long", "type": "config", "value_type": "string", "default": "\#(long)"}"#)
        XCTAssertEqual(client.string("long", default: ""), long)
        XCTAssertEqual(client.stringDetails("long", default: "").value, long)
    }

    func testKeysOfEveryKindOfString() throws {
        let client = try newClient()
        // In place, on the heap, a part of a longer one, with a zero within, and one that is bridged on a Mac.
        XCTAssertTrue(client.isEnabled(String("on")))
        XCTAssertTrue(client.isEnabled(String("switched on and off".dropFirst(9).prefix(2))))
        XCTAssertFalse(client.isEnabled("on\0"))
        XCTAssertFalse(client.isEnabled(""))
        XCTAssertFalse(client.isEnabled(String(repeating: "on", count: 1_000_000)))
        XCTAssertTrue(client.isEnabled(NSString(string: "on") as String))
    }

    func testExperiments() throws {
        let client = try newClient()
        let ada: Context = ["user.id": "ada"]
        XCTAssertEqual(client.variant("button", for: ada), "blue")
        XCTAssertNil(client.variant("button"))
        XCTAssertNil(client.variant("on", for: ada))
        XCTAssertEqual(client.variantConfig("button", for: ada), ["color": "blue"])
        XCTAssertEqual(client.variantConfig([String: String].self, "button", for: ada), ["color": "blue"])
        XCTAssertNil(client.variantConfig([Int].self, "button", for: ada))
        let assignment = try XCTUnwrap(client.experiment("button", for: ada))
        XCTAssertEqual(assignment.variant, "blue")
        XCTAssertEqual(assignment.unit, "ada")
        XCTAssertEqual(assignment.unitAttribute, "user.id")
        XCTAssertEqual(assignment.config, ["color": "blue"])
        XCTAssertFalse(assignment.isControl)
        XCTAssertNil(try client.experiment("button"))
    }

    func testAnExplanationTellsEveryStep() throws {
        let explanation = try newClient().explain("pro", for: ["tenant.tier": "pro"])
        XCTAssertTrue("\(explanation)".contains("tenant.tier"))
        guard case .object = try JSON(text: explanation.json) else { return XCTFail(explanation.json) }
    }

    func testAClientOfOneMomentGoesOnWithIt() throws {
        let client = try newClient()
        let pinned = try client.pinned(overrides: ["limit": 5])
        try client.put(#"{"entries": []}"#)
        XCTAssertFalse(client.isEnabled("on"))
        XCTAssertTrue(pinned.isEnabled("on"))
        XCTAssertEqual(pinned.int("limit", default: 0), 5)
        pinned.close()
        XCTAssertFalse(pinned.isEnabled("on"))
        try client.put(definitions)
        XCTAssertTrue(client.isEnabled("on"))
    }

    func testAnotherMomentThanNow() throws {
        let flag = """
            {"key": "sale", "type": "feature_flag", "default": false, "expiry": "2100-01-01T00:00:00Z",
             "rules": [{"action": {"value": true}}]}
            """
        let client = try newClient(flag)
        XCTAssertEqual(client.details("sale").value, true)
        let later = try client.pinned(at: Date(timeIntervalSince1970: 4_200_000_000.5)).details("sale")
        XCTAssertEqual(later.value, false)
        XCTAssertEqual(later.reason, .expired)
    }
}
