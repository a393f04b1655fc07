// swift-tools-version: 6.2

import PackageDescription

// As a backend depends on it, but for the path: `.package(url: "https://HOST/OWNER/swift-rank.git", from: "0.1.0")`.
let package = Package(
    name: "swift-rank-examples",
    dependencies: [.package(name: "swift-rank", path: "..")],
    targets: [
        .executableTarget(
            name: "client",
            dependencies: [.product(name: "RankPool", package: "swift-rank")],
            path: "client"
        ),
        .executableTarget(
            name: "in-process",
            dependencies: [.product(name: "RankEngine", package: "swift-rank")],
            path: "in-process"
        ),
        .executableTarget(
            name: "same-bits",
            dependencies: [
                .product(name: "RankEngine", package: "swift-rank"),
                .product(name: "RankPool", package: "swift-rank"),
            ],
            path: "same-bits"
        ),
    ]
)
