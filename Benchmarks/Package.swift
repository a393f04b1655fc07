// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "swift-rank-benchmarks",
    dependencies: [.package(name: "swift-rank", path: "..")],
    targets: [
        // The load client: the same C code against every server.
        .target(name: "CLoad", linkerSettings: [.linkedLibrary("zmq")]),
        // The floor of every kernel: multiply-adds and nothing else.
        .target(name: "CPeak"),
        // The floor: a C program that does nothing but receive and answer.
        .executableTarget(name: "rank-echo", linkerSettings: [.linkedLibrary("zmq")]),
        // A load that does not wait for its answers.
        .executableTarget(name: "rank-flood", linkerSettings: [.linkedLibrary("zmq")]),
        .executableTarget(
            name: "rank-bench",
            dependencies: [
                "CLoad", "CPeak",
                .product(name: "RankEngine", package: "swift-rank"),
                .product(name: "RankPool", package: "swift-rank"),
            ],
            swiftSettings: settings
        ),
    ]
)
