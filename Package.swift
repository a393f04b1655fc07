// swift-tools-version: 6.2

import PackageDescription

/// The language settings of every Swift target.
let settings: [SwiftSetting] = [
    // A warning is a defect that nobody has looked at yet.
    .treatAllWarnings(as: .error),
    // `any P` is written out where dynamic dispatch happens.
    .enableUpcomingFeature("ExistentialAny"),
    // A file imports the modules whose members it uses.
    .enableUpcomingFeature("MemberImportVisibility"),
    // An import is public only where the public interface needs it.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // An async function runs where its caller runs unless it says otherwise.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The settings of tests: to optimise them takes longer than it saves, except where they compute at length themselves.
let testSettings: [SwiftSetting] = settings + [.unsafeFlags(["-Onone"])]

/// The settings of the targets that touch raw memory: each unsafe use is marked `unsafe`.
let memorySettings: [SwiftSetting] = settings + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "swift-rank",
    products: [
        // RankCore is in both: the values that pool and engine give, such as a ranked list, are the same types.
        .library(name: "RankPool", targets: ["RankPool", "RankCore"]),
        .library(name: "RankEngine", targets: ["RankEngine", "RankCore"]),
        .library(name: "CRankPlugin", targets: ["CRankPlugin"]),
        .executable(name: "rank-train", targets: ["rank-train"]),
        .executable(name: "rank-worker", targets: ["rank-worker"]),
        .executable(name: "rank-client", targets: ["rank-client"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    ],
    targets: [
        // Words that both ends speak: pure values and texts; knows nobody.
        .target(name: "RankCore", swiftSettings: settings),
        // The operating system: files, threads, clocks, signals, limits.
        .target(name: "CRankSystem"),
        // The C library of each system under one name, for RankSystem alone.
        .target(name: "CLibrary", dependencies: ["CRankSystem"], swiftSettings: settings),
        .target(name: "RankSystem", dependencies: ["CLibrary"], swiftSettings: memorySettings),

        // Transport: libzmq, and the only module that imports it.
        .systemLibrary(name: "CZMQ", providers: [.apt(["libzmq3-dev"])]),
        .target(
            name: "ZMQ",
            dependencies: ["CZMQ", "RankSystem"],
            // `Lifetimes`: a span into a message ends before the message changes.
            swiftSettings: memorySettings + [.enableExperimentalFeature("Lifetimes")]
        ),

        // Wire: messages and codec.
        .target(
            name: "RankProtocol",
            dependencies: ["RankCore"],
            path: "Sources/Protocol",
            // `Lifetimes`: a view of a frame ends before the frame's memory changes.
            swiftSettings: memorySettings + [.enableExperimentalFeature("Lifetimes")]
        ),

        // Engine: kernels in C, models and scoring in Swift.
        .target(name: "CRankKernels", dependencies: ["CRankSystem"], exclude: ["README.md"]),
        // The interface of plugins: one header, which whoever writes one includes.
        .target(name: "CRankPlugin"),
        .target(
            name: "RankEngine",
            dependencies: [
                "CRankKernels", "CRankPlugin", "RankCore", "RankSystem",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: memorySettings
        ),

        // What `rank-worker check-plugin` tries out, before a plugin serves.
        .target(
            name: "RankPluginCheck",
            dependencies: ["CRankPlugin", "RankCore", "RankSystem", "RankEngine"],
            swiftSettings: memorySettings
        ),

        // Data sets and training.
        .target(name: "RankData", dependencies: ["RankCore", "RankSystem"], swiftSettings: settings),
        .target(
            name: "RankTraining",
            dependencies: [
                "CRankKernels", "RankCore", "RankSystem", "RankData", "RankEngine",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: memorySettings
        ),

        // Drawings in SVG, as text.
        .target(name: "RankCharts", dependencies: ["RankCore", "RankSystem"], swiftSettings: settings),

        // What a person sees of a trained model.
        .target(
            name: "RankReport",
            dependencies: ["RankCharts", "RankCore", "RankSystem", "RankData", "RankEngine", "RankTraining"],
            swiftSettings: settings
        ),

        // The two ends of the pool.
        .target(
            name: "RankService",
            dependencies: ["RankCore", "RankSystem", "RankEngine", "RankProtocol", "ZMQ"],
            // `Lifetimes`: a view of a request or of a reply ends before its memory changes.
            swiftSettings: memorySettings + [.enableExperimentalFeature("Lifetimes")]
        ),
        .target(
            name: "RankPool",
            dependencies: ["RankCore", "RankSystem", "RankProtocol", "ZMQ", logging],
            swiftSettings: settings
        ),

        // The load generator behind `rank-client bench`.
        .target(
            name: "RankLoad",
            dependencies: ["RankCore", "RankSystem", "RankProtocol", "ZMQ"],
            swiftSettings: settings
        ),

        // Commands.
        .target(
            name: "CommandSupport",
            dependencies: ["RankCore", "RankSystem", argumentParser],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "rank-train",
            dependencies: [
                "CommandSupport", "RankCore", "RankSystem", "RankData", "RankEngine", "RankReport", "RankTraining",
                argumentParser,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "rank-worker",
            dependencies: [
                "CommandSupport", "RankCore", "RankSystem", "RankEngine", "RankPluginCheck", "RankService",
                argumentParser,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "rank-client",
            dependencies: [
                "CommandSupport", "RankCharts", "RankCore", "RankSystem", "RankData", "RankEngine", "RankLoad",
                "RankPool", "ZMQ", argumentParser, logging,
            ],
            swiftSettings: settings
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "CLibrary", "RankCore", "RankEngine", "RankPool", "RankProtocol", "RankService", "RankSystem",
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "RankCoreTests", dependencies: ["RankCore", "TestSupport"], swiftSettings: testSettings),
        .testTarget(name: "RankSystemTests", dependencies: ["RankSystem", "TestSupport"], swiftSettings: testSettings),
        .testTarget(name: "ZMQTests", dependencies: ["RankSystem", "TestSupport", "ZMQ"], swiftSettings: testSettings),
        .testTarget(
            name: "RankProtocolTests",
            dependencies: ["RankCore", "RankProtocol", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "RankEngineTests",
            dependencies: ["CRankKernels", "RankCore", "RankEngine", "RankSystem", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RankPluginCheckTests",
            dependencies: ["RankEngine", "RankPluginCheck", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "RankDataTests",
            dependencies: ["RankData", "RankSystem", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "RankTrainingTests",
            dependencies: ["RankCore", "RankData", "RankEngine", "RankTraining", "TestSupport"],
            swiftSettings: testSettings
        ),
        .testTarget(name: "RankChartsTests", dependencies: ["RankCharts"], swiftSettings: testSettings),
        .testTarget(
            name: "RankReportTests",
            dependencies: ["RankData", "RankEngine", "RankReport", "RankTraining", "TestSupport"],
            swiftSettings: testSettings
        ),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "RankServiceTests",
            dependencies: [
                "CAllocationCounter", "RankCore", "RankEngine", "RankProtocol", "RankService", "RankSystem",
                "TestSupport", "ZMQ",
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "RankPoolTests",
            dependencies: ["RankCore", "RankPool", "RankProtocol", "RankSystem", "TestSupport", "ZMQ", logging],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "RankLoadTests",
            dependencies: ["RankCore", "RankLoad", "RankProtocol", "RankSystem", "TestSupport", "ZMQ"],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "CommandSupportTests",
            dependencies: ["CommandSupport", "RankCore", "RankSystem", "TestSupport", argumentParser],
            swiftSettings: testSettings
        ),
        // What documents say, held against the errors that the code throws.
        .testTarget(
            name: "DocumentTests",
            dependencies: [
                "CommandSupport", "RankCore", "RankEngine", "RankPool", "RankProtocol", "RankService", "RankSystem",
                "TestSupport", "ZMQ",
            ],
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "RankCore", "RankData", "RankEngine", "RankPool", "RankProtocol", "RankSystem", "RankTraining",
                "TestSupport", "ZMQ",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: testSettings
        ),
    ]
)
