// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "swift-rank-client-example",
    dependencies: [.package(name: "swift-rank", path: "../..")],
    targets: [
        .executableTarget(
            name: "public-doors",
            dependencies: [
                .product(name: "RankEngine", package: "swift-rank"),
                .product(name: "RankPool", package: "swift-rank"),
            ],
            swiftSettings: [
                .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]
        )
    ]
)
