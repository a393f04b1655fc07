import RankEngine
import TestSupport
import Testing

@Suite("PluginReference")
struct PluginReferenceTests {
    @Test(arguments: [
        ("lib.so", PluginReference(libraryPath: "lib.so")),
        ("./lib.so:", PluginReference(libraryPath: "./lib.so")),
        ("lib.so:a/b.csv", PluginReference(libraryPath: "lib.so", modelPath: "a/b.csv")),
        ("lib.so:a:b", PluginReference(libraryPath: "lib.so", modelPath: "a:b")),
        ("lib.so?a=1", PluginReference(libraryPath: "lib.so", options: [.init(key: "a", value: "1")])),
        ("lib.so?a=b:c", PluginReference(libraryPath: "lib.so", options: [.init(key: "a", value: "b:c")])),
        (
            "lib.so:m?damping=25&name=&x=a=b?c",
            PluginReference(
                libraryPath: "lib.so",
                modelPath: "m",
                options: [
                    .init(key: "damping", value: "25"), .init(key: "name", value: ""),
                    .init(key: "x", value: "a=b?c"),
                ]
            )
        ),
        (
            "lib.so:m?a%3db=c%26d%25&&",
            PluginReference(libraryPath: "lib.so", modelPath: "m", options: [.init(key: "a=b", value: "c&d%")])
        ),
    ]
    )
    func whatIsWrittenIsWhatIsRead(text: String, expected: PluginReference) throws {
        let reference = try PluginReference(text)
        #expect(reference == expected)
        #expect(try PluginReference(reference.description) == expected)
    }

    @Test(arguments: [
        ("", "names no library"), (":model", "names no library"), ("?a=b", "names no library"),
        ("lib.so:m?damping", "\"damping\" is no option=value"), ("lib.so:m?=1", "\"=1\""),
        ("lib.so:m?a=%4", "\"a=%4\""), ("lib.so:m?a=%zz", "\"a=%zz\""),
        ("lib.so:m?a=%+5", "\"a=%+5\""), ("lib.so:m?a=%00", "\"a=%00\""),
        ("lib.so:m?a=%ff", "\"a=%ff\""), ("lib.so:m?a=1&a=2", "the option a is given twice"),
    ]
    )
    func whatMakesNoSenseIsRefusedAndNamed(text: String, message: String) {
        let error = engineError { _ = try PluginReference(text) }
        #expect(error?.code == .pluginRefused)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
    }
}
