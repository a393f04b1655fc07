import CommandSupport
import RankCore
import Testing

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("Müller", 6), ("Mu\u{308}ller", 6), ("七人の侍", 8), ("ﾊﾝｶｸ", 4), ("Ａ", 2), ("한국", 4),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("🎬", 2), ("👩‍👩‍👧", 2), ("🇯🇵", 2), ("❤️", 2), ("❤", 1), ("👍🏽", 2), ("1️⃣", 2),
        ("★☆━", 3), ("a\u{200B}b", 2), ("שָׁלוֹם", 4), ("𠮷", 2), ("\u{FFFD}", 1), ("\u{AD}", 1), ("e\u{301}\u{323}", 1),
    ])
    func columns(_ text: String, _ width: Int) {
        #expect(displayWidth(text) == width)
    }

    @Test(arguments: [
        ("七人の侍", 8, "七人の侍"), ("七人の侍", 7, "七人の…"), ("七人の侍", 6, "七人…"), ("七人の侍", 1, "…"), ("abc", 0, ""),
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("Mu\u{308}ller", 3, "Mu\u{308}…"),
    ])
    func cuts(_ text: String, _ width: Int, _ expected: String) {
        #expect(cut(text, to: width) == expected)
    }
}

@Suite struct TerminalTableTests {
    private static func table() -> TextTable {
        var table = TextTable([
            (name: "#", alignment: .right), (name: "item", alignment: .right), (name: "title", alignment: .left),
            (name: "stars", alignment: .right), (name: "score", alignment: .right),
        ])
        table.append(["1", "408", "Close Shave, A (1995)", "4.60", "0.899814"])
        table.append(["2", "169", "七人の侍 完全版 デジタルリマスター 二枚組 特別限定版 (1954)", "4.55", "0.887499"])
        table.append(["10", "12345678", "Cafe\u{301} 🎬🇫🇷 " + String(repeating: "x", count: 300), "4.50", "0.875000"])
        return table
    }

    /// The widths that a person may have, and some that none has.
    @Test(arguments: [1, 2, 3, 4, 5, 8, 13, 20, 30, 40, 57, 79, 80, 81, 120])
    func noLineIsWiderThanTheTerminal(_ width: Int) {
        let text = Self.table().text(width: width)
        for line in text.split(separator: "\n") { #expect(displayWidth(String(line)) <= width, "\(line)") }
    }

    @Test func titlesAreCutBeforeNumbersAre() {
        let lines = Self.table().text(width: 60).split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines[1] == " 1       408  Close Shave, A (1995)           4.60  0.899814")
        #expect(lines[2] == " 2       169  七人の侍 完全版 デジタルリマ…   4.55  0.887499")
    }

    @Test func whatDoesNotFitStandsInAnotherTable() {
        let expected = """
             #      item
             1       408
             2       169
            10  12345678

             #  title
             1  Close Shave, A…
             2  七人の侍 完全…
            10  Café 🎬🇫🇷 xxxx…

             #  stars     score
             1   4.60  0.899814
             2   4.55  0.887499
            10   4.50  0.875000

            """
        #expect(Self.table().text(width: 19) == expected)
    }

    @Test func withoutATerminalNothingIsCut() {
        #expect(Self.table().text.contains(String(repeating: "x", count: 300)))
        #expect(Self.table().text == Self.table().text(width: 1_000))
    }

    @Test(arguments: [1, 2, 5, 9, 20, 30, 40, 80])
    func listingsAreBroken(_ width: Int) {
        let lines = [
            ("model", String(repeating: "0123456789abcdef", count: 4)), ("data", "七人の侍 のデータ"),
            ("a name of several words", "one two three four five six seven eight nine ten eleven twelve thirteen"),
        ]
        let text = listing(lines, width: width)
        for line in text.split(separator: "\n") { #expect(displayWidth(String(line)) <= width, "\(line)") }
        func letters(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        if width > 1 { #expect(letters(text) == letters(listing(lines))) }
    }

    @Test func valuesAreBrokenAtBlanks() {
        #expect(
            listing([("note", "2 ratings repeat a pair"), ("x", "1")], width: 20)
                == "note  2 ratings\n      repeat a pair\nx     1\n"
        )
    }
}

@Suite struct ProgressBarWidthTests {
    private let bar = ProgressBar(total: 310, unit: "sweep")
    private let details = [(name: "loss", value: 0.033), (name: "root_mean_squared_error", value: 0.1816)]

    @Test(arguments: 0...200)
    func aBarNeverWraps(_ width: Int) {
        let more = details + [("val_loss", 0.04), ("val_root_mean_squared_error", 0.2)]
        for completed in [0, 1, 155, 310] {
            for details in [[], details, more] {
                let text = bar.line(completed: completed, elapsed: .seconds(4_000), details: details, width: width)
                #expect(displayWidth(text) <= width)
            }
        }
    }

    @Test func whatMattersGoesLast() {
        func text(_ width: Int) -> String {
            bar.line(completed: 155, elapsed: .seconds(2), details: details, width: width)
        }
        #expect(text(.max).hasSuffix(" 13ms/sweep - loss: 0.0330 - root_mean_squared_error: 0.1816"))
        #expect(text(79) == "155/310 ━━━━━━━━━━────────── 1s 13ms/sweep - loss: 0.0330 - rmse: 0.1816")
        #expect(text(60) == "155/310 ━━━━━━━━━━────────── 1s 13ms/sweep - rmse: 0.1816")
        #expect(text(45) == "155/310 ━━━━──── 1s 13ms/sweep - rmse: 0.1816")
        #expect(text(39) == "155/310 ━━─── 1s 13ms/sweep")
        #expect(text(16) == "155/310 ━━─── 1s")
        #expect(text(8) == "155/310")
        #expect(text(5) == "155/…")
    }
}

@Suite struct PluralTests {
    @Test(arguments: [(0, "0 models"), (1, "1 model"), (2, "2 models"), (1_000, "1,000 models")])
    func counts(_ count: Int, _ text: String) {
        #expect(counted(count, "model") == text)
        #expect(counted(count, "query", "queries") == text.replacing("model", with: count == 1 ? "query" : "querie"))
    }
}
