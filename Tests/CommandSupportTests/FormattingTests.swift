import CommandSupport
import Testing

@Suite struct DurationArgumentTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("1.5s", .milliseconds(1_500)), ("800us", .microseconds(800)),
        ("0s", .zero), ("2m", .seconds(120)), ("1h", .seconds(3_600)), ("0.000000001s", .nanoseconds(1)),
        ("999999999h", .seconds(999_999_999 * 3_600)), ("0.25ms", .microseconds(250)),
    ])
    func reads(_ text: String, _ duration: Duration) {
        #expect(DurationArgument(argument: text)?.duration == duration)
    }

    @Test(arguments: [
        "", "s", "250", "-1s", "+1s", "1 s", "1,5s", ".5s", "5.s", "1.2.3s", "1e3s", "9999999999s", "0x1s", "1S", "ms",
        "1d", "\u{0661}s",
    ])
    func refuses(_ text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test(arguments: ["250ms", "1500ms", "3s", "2m", "1h", "800us", "90s"])
    func describesADefaultAsItIsTyped(_ text: String) {
        #expect(DurationArgument(argument: text)?.defaultValueDescription == text)
    }
}

@Suite struct ProgressBarTests {
    @Test func looksLikeKeras() {
        let bar = ProgressBar(total: 80, unit: "step")
        let details = [(name: "loss", value: 0.08469), (name: "root_mean_squared_error", value: 0.291)]
        #expect(
            bar.line(completed: 80, elapsed: .milliseconds(240), details: details)
                == "80/80 ━━━━━━━━━━━━━━━━━━━━ 0s 3ms/step - loss: 0.0847 - root_mean_squared_error: 0.2910"
        )
        #expect(bar.line(completed: 8, elapsed: .seconds(8)) == " 8/80 ━━──────────────────" + " 1:12 1s/step")
        #expect(bar.line(completed: 0, elapsed: .zero) == " 0/80 ────────────────────")
    }

    /// What was done before took none of the time.
    @Test func countsTheTimeOfItsOwnUnitsAlone() {
        let bar = ProgressBar(total: 80, unit: "sweep", startingAt: 60)
        #expect(bar.line(completed: 70, elapsed: .seconds(20)) == "70/80 ━━━━━━━━━━━━━━━━━─── 20s 2s/sweep")
        #expect(bar.line(completed: 80, elapsed: .seconds(40)) == "80/80 ━━━━━━━━━━━━━━━━━━━━ 40s 2s/sweep")
        #expect(bar.line(completed: 60, elapsed: .zero) == "60/80 ━━━━━━━━━━━━━━━─────")
    }

    @Test(arguments: [
        (Duration.seconds(3_725), "1:02:05 3725s/unit"), (.microseconds(41), "0s 41us/unit"),
        (.nanoseconds(7), "0s 7ns/unit"),
    ])
    func unitsFollowTheSize(_ elapsed: Duration, _ text: String) {
        #expect(ProgressBar(total: 1, unit: "unit").line(completed: 1, elapsed: elapsed).hasSuffix(" " + text))
    }

    @Test func countsOutOfRangeAreClamped() {
        let bar = ProgressBar(total: 0, unit: "row")
        #expect(bar.line(completed: 7, elapsed: .seconds(1)).hasPrefix("1/1 ━━━━━━━━━━━━━━━━━━━━ "))
        #expect(bar.line(completed: -7, elapsed: .seconds(1)).hasPrefix("0/1 ─"))
    }
}

@Suite struct TextTableTests {
    private var table: TextTable {
        var table = TextTable([(name: "id", alignment: .right), (name: "title", alignment: .left)])
        table.append(["204", "Back, \"to\" | the Future"])
        table.append(["7"])
        table.append(["8", "x", "beyond"])
        return table
    }

    @Test func text() {
        #expect(table.text == " id  title\n204  Back, \"to\" | the Future\n  7\n  8  x\n")
    }

    @Test func csv() {
        #expect(table.csv == "id,title\n204,\"Back, \"\"to\"\" | the Future\"\n7,\n8,x\n")
    }

    @Test func markdown() {
        #expect(
            table.markdown
                == "| id | title |\n|---:|---|\n| 204 | Back, \"to\" \\| the Future |\n| 7 |  |\n| 8 | x |\n"
        )
    }

    /// Names come from files.
    @Test func aNameEndsNoRow() {
        var table = TextTable([(name: "id", alignment: .left)])
        table.append(["a\n| forged |\u{1B}[2J"])
        let name = "a\u{FFFD}| forged |\u{FFFD}[2J"
        #expect(table.text == "id\n\(name)\n")
        #expect(table.markdown == "| id |\n|---|\n| \(name.replacing("|", with: "\\|")) |\n")
        #expect(table.csv.hasPrefix("id\n\"a\n"))
    }
}

@Suite struct ListingTests {
    @Test func valuesStandInOneColumn() {
        #expect(listing([("a", "1"), ("long", "2")]) == "a     1\nlong  2\n")
        #expect(listing([]) == "")
    }

    @Test func whatAFileHoldsForgesNoLine() {
        let lines = listing([("data\u{1B}[2J", "x\nmodel  forged\r"), ("b", "2")])
        #expect(lines == "data\u{FFFD}[2J  x\u{FFFD}model  forged\u{FFFD}\nb         2\n")
        let failure = CommandFailure(.refused, "the seed 1\nerror: \u{9B}2J")
        #expect(failure.message == "the seed 1\u{FFFD}error: \u{FFFD}2J")
    }
}
