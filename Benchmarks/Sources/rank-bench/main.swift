import Foundation

do {
    #if DEBUG
    throw BenchmarkError("build with -c release: figures of a debug build say nothing")
    #else
    var arguments = CommandLine.arguments.dropFirst()
    switch arguments.popFirst() {
    case "rpc":
        let options = try RPCOptions(arguments)
        let report = try RPCBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    case "pool":
        let options = try PoolBenchmarkOptions(arguments)
        let report = try await PoolBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    case "engine":
        let options = try EngineOptions(arguments)
        var benchmark = EngineBenchmark(options)
        let report = try benchmark.run()
        print(options.json ? try report.json : report.text)
    case "catalogue":
        let options = try CatalogueOptions(arguments)
        let report = try CatalogueBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    case "search":
        let options = try SearchOptions(arguments)
        let report = try SearchBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    case "topk":
        let options = try TopKOptions(arguments)
        let report = try TopKBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    case "plugin":
        let options = try PluginBenchmarkOptions(arguments)
        let report = try await PluginBenchmark(options).run()
        print(options.json ? try report.json : report.text)
    default:
        let usages = [
            RPCOptions.usage, PoolBenchmarkOptions.usage, EngineOptions.usage, CatalogueOptions.usage,
            SearchOptions.usage, TopKOptions.usage, PluginBenchmarkOptions.usage,
        ]
        throw BenchmarkError(usages.joined(separator: "\n"))
    }
    #endif
} catch {
    FileHandle.standardError.write(Data("rank-bench: \(error)\n".utf8))
    exit(error is BenchmarkError ? 64 : 70)
}
