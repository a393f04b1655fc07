import RankCore
import Testing

@Suite struct JSONValueTests {
    @Test func keepsOrderAndWritesShortestNumbers() {
        let value: JSONValue = [
            "b": .number(0.1), "a": .float(0.1), "c": [1, -2, .unsigned(.max)], "d": ["x": .null, "y": true], "e": [],
            "f": .number(.nan), "g": .float(.infinity), "h": .number(1e-7),
        ]
        #expect(
            value.description
                == #"{"b": 0.1, "a": 0.1, "c": [1, -2, 18446744073709551615], "d": {"x": null, "y": true}, "e": [], "#
                + #""f": null, "g": null, "h": 1e-07}"#
        )
    }

    @Test func escapesWhatJSONCannotHold() {
        #expect(JSONValue.string("a\"b\\c\n\t\r\u{01}é/").description == #""a\"b\\c\n\t\r\u0001é/""#)
    }

    @Test func compactTextHasNoBlanksAndNumbersControlCharacters() {
        let value: JSONValue = ["a\n": ["b\"\\", 1, true, .null], "c": [:], "d": .number(0.5), "e": []]
        #expect(value.compact == #"{"a\u000a":["b\"\\",1,true,null],"c":{},"d":0.5,"e":[]}"#)
        #expect(JSONValue.string("\t\r\u{1F}é").compact == #""\u0009\u000d\u001fé""#)
    }
}
