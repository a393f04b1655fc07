extension MisbehavingPlugin {
    /// The faults of libraries: a name, compiler options, and a part of the refusal.
    package static let libraryFaults: [(String, [String], String)] = [
        ("symbol", ["-DENTRY=other"], "has no symbol rank_plugin_entry"),
        ("newer", ["-DABI=2"], "is of ABI version 2, this program speaks 1"),
        ("older", ["-DABI=0"], "is of ABI version 0"),
        ("none", ["-DTABLE=NULL"], "has no table of version 1"),
        ("short", ["-DTABLE_SIZE=64"], "its table has 64 bytes, version 1 has at least 72"),
        ("endless", ["-DTABLE_SIZE=0xffffffffu"], "its table has 4294967295 bytes"),
        ("nameless", ["-DNAME=NULL"], "name and version must be"),
        ("unnamed", ["-DNAME=\"\""], "name and version must be"),
        ("unreadable", ["-DNAME=\"\\xff\""], "name and version must be"),
        ("two-lines", ["-DNAME=\"a\\nready: b\""], "name and version must be"),
        ("long", ["-DNAME=\"\(String(repeating: "n", count: 64))\""], "name and version must be"),
        ("createless", ["-DCREATE=NULL"], "has no function create"),
    ]

    /// The faults of instances: a misbehaviour, other options, and a part of the refusal.
    package static let instanceFaults: [(String, [String: String], String)] = [
        ("fail-create", [:], "refuses to start: the model is upside down"),
        ("fail-silently", [:], "it gives no reason, only the status 77"),
        ("unended-error", [:], "refuses to start: xxx"), ("", ["no": "1"], "refuses to start: no such option"),
        ("fail-describe", [:], "describe failed: no words for it"), ("no-profile", [:], "no profile"),
        ("unended-profile", [:], "no profile"), ("coloured-profile", [:], "no profile"),
        ("no-text", [:], "a shape that is no UTF-8"),
        ("many-features", [:], "feature_count 1025; at most 1024"),
        ("many-goldens", [:], "golden_count 4097; at most 4096"), ("other-kind", [:], "id_kind 2"),
        ("nan-prior", [:], "the prior nan"), ("nan-cost", [:], "ns_per_request nan"),
        ("reserved", [:], "reserved 1"), ("long-struct", [:], "a structure of 224 bytes"),
        ("overwrite", [:], "wrote beyond it"), ("comma", ["features": "3"], "feature 0 has no name"),
        ("no-name", ["features": "3"], "feature 0 has no name"),
        ("fail-golden", ["goldens": "3"], "does not give golden score 0: forgotten"),
        ("missing-odd", ["features": "2"], "takes_missing gives 7 for feature 0"),
        ("missing-lie", ["features": "2"], "takes_missing says that features [0] may be missing"),
        ("fail-score", [:], "failed: the model fell over"), ("refuse-unknown", [:], "refuses the query: who is that"),
        ("nan-always", [:], "candidate 32, id 32, scores nan"),
        ("infinity-always", [:], "candidate 0, id 0, scores inf"),
        ("flush", [:], "changes the floating-point environment"),
        ("forget-last", [:], "candidate 32, id 32, scores nan"), ("place", [:], "in a list and"),
    ]
}
