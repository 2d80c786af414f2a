import XCTest
import Vexil

final class ReadsTests: XCTestCase {
    func testFirst() throws {
        let c = try VexilClient(options: Options(source: .memory(#"{"entries":[{"key":"a","type":"feature_flag","default":true}]}"#)))
        XCTAssertTrue(c.isEnabled("a"))
    }
}
