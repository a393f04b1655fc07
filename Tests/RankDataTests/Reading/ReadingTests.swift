import RankData
import TestSupport
import Testing

/// Plain lines go a short way, and the last line goes the long way where its end is missing: both must say the same.
@Suite("Reading of ratings")
struct ReadingTests {
    /// A file of ratings of one form, in which `|` stands for what separates its fields.
    struct Form: Sendable, CustomTestStringConvertible {
        let name: String
        let separator: String
        /// What stands before the odd line; the first line of a file goes the long way too.
        let start: String

        var testDescription: String { "\(name) behind \(start.debugDescription)" }

        func text(_ line: String, end: String) -> String {
            start + line.replacing("|", with: separator) + end
        }
    }

    static let forms = [
        Form(name: "a.csv", separator: ",", start: "7,8,3,900\n"),
        Form(name: "b.csv", separator: ",", start: "user,item,rating,time\r\n"),
        Form(name: "c.csv", separator: ",", start: "anna,x,3,900\n"),
        Form(name: "d.csv", separator: ",", start: "note,user,rating,item\n"),
        Form(name: "u.data", separator: "\t", start: "7\t8\t3\t900\n"),
        Form(name: "e.dat", separator: "::", start: "7::8::3::900\n"),
        Form(name: "f.inter", separator: "\t", start: "user_id:token\titem_id:token\trating:float\tx:token\n"),
    ]

    static let lines = [
        // Numbers.
        "1|2|3|4", "0|0|0|0", "12345678|23456789|3|1234567890", "123456789|1234567890123456|3|12345678901234567",
        "007|2|3|4", "1|002|3|4", "1|2|3|004", "1|2|003|4", "00|2|3|4",
        "9223372036854775808|9999999999999999999|3|4", "10000000000000000000|2|3|4", "18446744073709551615|2|3|4",
        "18446744073709551616|2|3|4", "1|99999999999999999999999999|3|4",
        "+1|2|3|4", "-1|2|3|4", "1|+2|3|4", "1|2|+3|4", "1|2|3|+4", "1|2|-3|4", "1|2|-0|4", "1|2|--3|4", "1|2|3|-7",
        "1.0|2|3|4", "1|2|1.|4", "1|2|.5|4", "1|2|-.5|4", "1|2|1e0|4", "1|2|3|1e3", "1|2|4.5|4", "1|2|4.25|4",
        "1|2|04.5|4", "1|2|4.50000000000000|4", "1|2|4.123456789012345|4", "1|2|0.1234567890123456789|4",
        "1|2|123456789012345|4", "1|2|1234567890123456|4", "1|2|4.5.1|4", "1|2|4..5|4", "1|2|9.99|4", "1|2|10.5|4",
        "1|2|nan|4", "1|2|-inf|4", "1|2|0x3|4", "1|2|3|4.9", "1|2|3|4.", "1|2|3|99999999999999.9",
        "1|2|3|999999999999999.9", "1|2|3|9.99999999999999999999", "1|2|3|4294967295", "1|2|3|4294967296",
        "1|2|3|123456789012345678", "1|2|3|9223372036854775807", "1|2|3|9223372036854775808", "1|2|3|noon",
        // Quotes and blanks.
        "\"1\"|\"2\"|\"3\"|\"4\"", "\"1\"|2|3|4", "1|2|\"3.5\"|4", "1|2|3|\"4\"", "\"1|2\"|5|3|4", "\"1\"\"\"|2|3|4",
        "\"a\"\"b\"|2|3|4", "\"1\" |2|3|4", " \"1\"|2|3|4", "\"1\"x|2|3|4", "\"1|2|3|4", "1\"|2|3|4", "1|2|3|4\"",
        "\"\"|2|3|4", "\" 1\"|2|3|4", "1|2|3|\"\"", "\"", "a\"b|c|3|4", " 1|2|3|4", "1 |2|3|4", "1| 2|3|4",
        "1|2|3 |4", "1|2|3|4 ", "1|2|3|\t4", "1 0|2|3|4",
        // Too few, too many, empty.
        " ", "1", "1|2", "1|2|3", "1|2|3|4|5", "1|2|3|4|", "|2|3|4", "1||3|4", "1|2||4", "1|2|3|", "|||", "||||",
        "1:2:3:4", "1|:2|3|4", "1|2:|3|4", "1|2|3:|4", "1;2;3;4",
        // Line ends and what is no text.
        "1|2|3|4\r", "1|2|3|4\r\r", "1\r|2|3|4", "1|2\r|3|4", "1|2|3|\r", "\r", "1|2|3|4\r5", "1\0|2|3|4", "1|2|3|4\0",
        "\0", "\u{FEFF}1|2|3|4", "é|b|3|4", "anna|x|3|4", "a|longer than eight|3|4", "1|2|3|4\u{2028}",
    ]

    /// What is read, to the bit, or the error.
    private static func outcome(_ name: String, _ text: String, in directory: TemporaryDirectory) throws -> String {
        let path = try directory.write(name, text)
        do throws(DataError) {
            let scale = try RatingScale(minimum: -10, maximum: 10)
            let ratings = try DataSet.load(path: path, DataOptions(scale: scale, duplicates: .first)).ratings
            let stars = ratings.stars.map { "\($0.bitPattern)" }
            let times = ratings.timestamps.map { "\(Array($0))" } ?? "none"
            let users = ratings.userIDs.map { ratings.userNames.text($0) }
            let items = ratings.itemIDs.map { ratings.itemNames.text($0) }
            return "\(users) \(items) \(stars) \(times)"
        } catch {
            return error.message
        }
    }

    private static func expectSame(_ line: String, _ form: Form, in directory: TemporaryDirectory) throws {
        let short = try outcome(form.name, form.text(line, end: "\n"), in: directory)
        let long = try outcome(form.name, form.text(line, end: ""), in: directory)
        #expect(short == long, "\(line.debugDescription) in \(form.testDescription)")
    }

    @Test(arguments: forms)
    func aLineReadsAlikeWithAndWithoutAnEnd(_ form: Form) throws {
        let directory = try TemporaryDirectory()
        for line in Self.lines { try Self.expectSame(line, form, in: directory) }
    }

    @Test(arguments: forms)
    func linesOfRandomPiecesReadAlikeWithAndWithoutAnEnd(_ form: Form) throws {
        let directory = try TemporaryDirectory()
        let pieces = ["0", "1", "3", "42", "12345678", ".", ".5", "-", "\"", " ", "|", "|", "|", "a", "\r", "e"]
        var random = NumPyRandom(seed: 5)
        func below(_ limit: Int) -> Int { Int(random.nextInteger(upTo: UInt64(limit - 1))) }
        for _ in 0..<300 {
            var line = Array("1|2|3|4").map(String.init)
            for _ in 0..<2 { line.insert(pieces[below(pieces.count)], at: below(line.count + 1)) }
            try Self.expectSame(line.joined(), form, in: directory)
        }
    }

    @Test
    func plainFieldsMeanWhatTheySay() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(
            "x.csv",
            "item,rating,other,user,time\n1,1,,1,1\n23456789,-4.25,x,9999999999999999999,1234567890.75\n"
                + "\"3\",\"9.123456\",\"a,b\",\"12\",\"5\"\r\n4,0.5,\"\",12,1600000000000\n"
        )
        let ratings = try DataSet.load(path: path).ratings
        #expect(ratings.userIDs == [1, 9_999_999_999_999_999_999, 12, 12])
        #expect(ratings.itemIDs == [1, 23_456_789, 3, 4])
        #expect(ratings.stars == [1, -4.25, 9.123456, 0.5])
        #expect(ratings.timestamps.map(Array.init) == [1, 1_234_567_890, 5, 1_600_000_000_000])
    }

    @Test(arguments: 0..<40)
    func linesAreWholeWhereverTheyAreCutByWhatIsReadAtATime(_ shift: Int) throws {
        let numbers = 0..<24_000
        let header = "user,item,rating,time" + String(repeating: " ", count: shift) + "\n"
        let text = numbers.map { "\($0 / 100),\($0),\($0 % 9).5,\(1_000_000_000 + $0)\n" }.joined()
        let set = try DataSet.load(path: TemporaryDirectory().write("x.csv", header + text))
        // Several times what is read at a time.
        #expect(text.utf8.count > 500_000 && set.reading?.byteCount == header.utf8.count + text.utf8.count)
        #expect(set.ratings.userIDs == numbers.map { UInt64($0 / 100) })
        #expect(set.ratings.itemIDs == numbers.map { UInt64($0) })
        #expect(set.ratings.stars == numbers.map { Float($0 % 9) + 0.5 })
        #expect(set.ratings.timestamps.map(Array.init) == numbers.map { 1_000_000_000 + Int64($0) })
    }

    @Test(arguments: 0..<14)
    func nothingIsReadBehindALastLineWithoutAnEndWhateverLayThereBefore(_ length: Int) throws {
        let text = (1...9).map { "\($0),1,3\n" }.joined() + "1" + String(repeating: "0", count: length) + ",2,3"
        let path = try TemporaryDirectory().write("x.csv", text)
        #expect(try DataSet.load(path: path, DataOptions(scale: .stars, duplicates: .last)).ratings.count == 10)
    }

    @Test
    func aFileIsReadWholeThatHasMoreLinesThanRoomWasReservedFor() throws {
        // Where the length of lines is looked at, they are long.
        let parts = (0..<64).map { part in
            let lines = (0..<3_000).map { "\(100_000 + part * 3_000 + $0),2,4,note\n" }.joined()
            return "\(part),2,3," + String(repeating: "z", count: 17_000) + "\n" + lines
        }
        let path = try TemporaryDirectory().write("x.csv", "user,item,rating,note\n" + parts.joined())
        let ratings = try DataSet.load(path: path).ratings
        #expect(ratings.count == 64 * 3_001 && ratings.itemIDs.vocabulary == [2])
        #expect(ratings.userIDs.vocabulary == Array(0..<64) + (100_000..<292_000).map { $0 })
    }

    @Test(arguments: [1, 1_022, 1_023, 1_024, 1_025, 30_000])
    func faultsNameTheirLineBehindAnyNumberOfPlainOnes(_ count: Int) throws {
        let text = (0..<count).map { "\($0),1,3,1234567890\n" }.joined() + "1,2,x,4\n" + "5,6,3,7\n"
        let path = try TemporaryDirectory().write("x.csv", text)
        expectDataError(.malformed, ["x.csv:\(count + 1):", "'x' is not a number"]) { _ = try DataSet.load(path: path) }
    }

    @Test
    func manyTextsStayApartWhateverTheirLength() throws {
        let names = (0..<40_000).map { String(repeating: "x", count: $0 % 20) + "\($0)" }
        let text = names.map { "\($0),\"\($0)!\",1\n\($0),y,2\n" }.joined()
        let ratings = try DataSet.load(path: TemporaryDirectory().write("x.csv", text)).ratings
        #expect(ratings.userIDs.enumerated().allSatisfy { ratings.userNames?[$1] == names[$0 / 2] })
        #expect(
            ratings.itemIDs.enumerated().allSatisfy { row, item in
                ratings.itemNames?[item] == (row % 2 == 0 ? names[row / 2] + "!" : "y")
            }
        )
    }

    @Test
    func repeatedPairsOfUsersWhoAscend() throws {
        let path = try TemporaryDirectory().write("x.csv", "1,1,1\n1,2,2\n1,1,4\n1,1,5\n2,1,3\n3,2,4\n3,1,3\n3,2,1\n")
        expectDataError(.malformed, ["x.csv:3:", "first on line 1"]) { _ = try DataSet.load(path: path) }
        let last = try DataSet.load(path: path, DataOptions(duplicates: .last))
        #expect(last.ratings.stars == [2, 5, 3, 3, 1] && last.ratings.userIDs == [1, 1, 2, 3, 3])
        #expect(last.reading?.notes.first?.hasPrefix("3 ratings repeat a pair") == true)
    }
}
