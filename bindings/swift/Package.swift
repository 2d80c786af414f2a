// swift-tools-version: 6.0

import PackageDescription

let package = Package(
    name: "vexil",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [
        .library(name: "Vexil", targets: ["Vexil"]),
        .library(name: "VexilTesting", targets: ["VexilTesting"]),
    ],
    targets: [
        // The native library, `libvexil_ffi`. The linker has to be told where it is: see README.md.
        .systemLibrary(name: "CVexil"),
        // What uniffi makes of ffi/src/control. It is of the language's fifth mode.
        .target(name: "VexilControl", dependencies: ["CVexil"], swiftSettings: [.swiftLanguageMode(.v5)]),
        .target(name: "Vexil", dependencies: ["CVexil", "VexilControl"]),
        .target(name: "VexilTesting", dependencies: ["Vexil"]),
        .testTarget(name: "VexilTests", dependencies: ["CVexil", "Vexil", "VexilControl", "VexilTesting"]),
    ]
)
