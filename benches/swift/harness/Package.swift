// swift-tools-version: 6.0

import PackageDescription

let package = Package(
    name: "vexil-bench",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "vexil", path: "../../../bindings/swift")],
    targets: [
        .executableTarget(name: "VexilBench", dependencies: [.product(name: "Vexil", package: "vexil")])
    ]
)
