import XCTest

@testable import Vexil

final class ContextTests: XCTestCase {
    /// Answers whether `attribute` passes `test`.
    private func passes(_ test: String, _ context: Context) throws -> Bool {
        let rule =
            #"{"key": "f", "type": "feature_flag", "default": false, "rules": [{"condition": \#(test), "action": {"value": true}}]}"#
        let client = try newClient(rule)
        let details = client.boolDetails("f", for: context, default: false)
        XCTAssertNil(details.error)
        return details.value
    }

    func testAttributesOfAllTypes() throws {
        XCTAssertTrue(try passes(#"{"a": {"eq": true}}"#, ["a": true]))
        XCTAssertTrue(try passes(#"{"a": {"gte": 9007199254740993}}"#, ["a": 9_007_199_254_740_993]))
        XCTAssertFalse(try passes(#"{"a": {"gte": 9007199254740993}}"#, ["a": 9_007_199_254_740_992]))
        XCTAssertTrue(try passes(#"{"a": {"lt": 0.5}}"#, ["a": 0.25]))
        XCTAssertTrue(try passes(#"{"a": {"eq": "Grüße"}}"#, ["a": "Grüße"]))
        XCTAssertTrue(try passes(#"{"a": {"contains": "beta"}}"#, ["a": ["alpha", "beta"]]))
        XCTAssertFalse(try passes(#"{"a": {"exists": true}}"#, ["a": nil]))
    }

    func testNestedObjectsAndNamesWithDotsSayTheSame() throws {
        let test = #"{"user.address.country": {"eq": "DE"}}"#
        XCTAssertTrue(try passes(test, ["user.address.country": "DE"]))
        XCTAssertTrue(try passes(test, ["user": ["address": ["country": "DE"]]]))
        XCTAssertTrue(try passes(test, ["user.address": ["country": "DE"]]))
        XCTAssertTrue(try passes(test, Context(json: #"{"user": {"address": {"country": "DE"}}}"#)))
        XCTAssertTrue(try passes(test, Context(["user": ["address": ["country": "DE"]]])))
    }

    func testOfTwoWithOnePathTheLastCounts() throws {
        let context: Context = ["a": "first", "a": "last"]
        XCTAssertTrue(try passes(#"{"a": {"eq": "last"}}"#, context))
        XCTAssertEqual(try context.json(), #"{"a":"last"}"#)
    }

    func testWhatIsNoContextIsSaidAndNobodyFailsForIt() throws {
        let client = try newClient()
        for context: Context in [
            ["a": .double(.nan)],
            ["a": [.double(.infinity)]],
            Context(Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("a\($0)", JSON.int($0)) })),
        ] {
            XCTAssertNotNil(context.problem)
            XCTAssertTrue(client.bool("pro", for: context, default: true))
            XCTAssertEqual(client.string("greeting", for: context, default: "own"), "own")
            let details = client.boolDetails("on", for: context, default: false)
            XCTAssertEqual(details.value, false)
            XCTAssertEqual(details.error, context.problem)
            XCTAssertThrowsError(try client.explain("on", for: context))
            XCTAssertThrowsError(try client.view(for: context))
            XCTAssertThrowsError(try client.onChange(of: "on", for: context) { _ in })
        }
        for text in ["", "[]", "1", #"{"a": 1"#, #"{"a": 1, "a": 2}"#, #"{"a": 99999999999999999999}"#] {
            assertFails(.invalidContext) { _ = try Context(json: text) }
        }
        XCTAssertNil(Context.nobody.problem)
        XCTAssertNil(Context([:]).problem)
    }

    func testAContextOutlivesWhoeverMadeIt() async throws {
        let client = try newClient()
        func made() -> Context { ["tenant": ["tier": .string(String(["p", "r", "o"]))]] }
        let context = made()
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1_000).allSatisfy { _ in client.isEnabled("pro", for: context) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        XCTAssertEqual(answers, Array(repeating: true, count: 8))
    }

    /// A dictionary of Swift has one place for what Unicode holds for the same. Text and literals have both.
    func testNamesThatUnicodeHoldsForTheSame() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let text = #"{"\#(composed)":1,"\#(decomposed)":2}"#
        guard case .object(let members) = try JSON(text: text) else { return XCTFail(text) }
        XCTAssertEqual(members.count, 1)
        for (name, value) in [(composed, 1), (decomposed, 2)] {
            let test = #"{"\#(name)": {"eq": \#(value)}}"#
            XCTAssertTrue(try passes(test, Context(json: text)))
            XCTAssertTrue(try passes(test, ["\u{E9}": 1, "e\u{301}": 2]))
        }
        let client = try newClient(#"{"key": "names", "type": "config", "value_type": "json", "default": \#(text)}"#)
        XCTAssertTrue(client.json("names")?.utf8.elementsEqual(text.utf8) == true)
    }

    func testJSONSaysWhatItRead() throws {
        let text = #"{"a":[null,true,-1,0.5,"\"\\\u0001ü"]}"#
        XCTAssertEqual(try JSON(text: text).text(), text)
        XCTAssertEqual(try JSON(text: text), ["a": [nil, true, -1, 0.5, "\"\\\u{1}ü"]])
        assertFails(.invalidValue) { _ = try JSON(text: "{") }
        assertFails(.invalidValue) { _ = try JSON.double(.nan).text() }
    }
}
