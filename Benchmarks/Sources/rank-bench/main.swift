import Foundation

do {
    #if DEBUG
    throw BenchmarkError("build with -c release: figures of a debug build say nothing")
    #else
    var arguments = CommandLine.arguments.dropFirst()
    guard arguments.popFirst() == "rpc" else { throw BenchmarkError(RPCOptions.usage) }
    let options = try RPCOptions(arguments)
    let report = try RPCBenchmark(options).run()
    print(options.json ? try report.json : report.text)
    #endif
} catch {
    FileHandle.standardError.write(Data("rank-bench: \(error)\n".utf8))
    exit(error is BenchmarkError ? 64 : 70)
}
