package import RankSystem

/// The source of a worker's models.
public enum ModelSource: Hashable, Sendable {
    /// One path; another file renamed over it is the next model.
    case file(String)

    /// A directory of numbered versions, `7.safetensors` or `7/model.safetensors`: the highest that proves itself
    /// serves, and when it goes away, the next highest.
    case directory(String)
}

/// A model file that could be loaded.
package struct ModelVersion: Hashable, Sendable {
    /// The file.
    package var path: String
    /// The file that the path named at the look.
    package var identity: FileIdentity
    /// The version's number, 0 for a single file.
    package var number: UInt64

    package init(path: String, identity: FileIdentity, number: UInt64 = 0) {
        self.path = path
        self.identity = identity
        self.number = number
    }
}

/// The result of a look at a source.
package struct ModelListing: Hashable, Sendable {
    /// The versions, the best first.
    package var versions: [ModelVersion] = []
    /// Names in the directory that are no version, in order.
    ///
    /// Names that start with a stop are not among them: writers use those until a file is whole.
    package var junk: [String] = []
    /// The reason why there is no listing.
    package var problem: String?

    package init() {}
}

extension ModelSource {
    /// The extension of model files.
    private static let suffix = ".safetensors"

    /// The path, for messages.
    package var path: String {
        switch self {
        case .file(let path), .directory(let path): path
        }
    }

    /// Lists the versions that exist now.
    ///
    /// One system call for each name, two for junk; never reads a file.
    package func look() -> ModelListing {
        var listing = ModelListing()
        switch self {
        case .file(let path):
            if let identity = FileIdentity(path: path) {
                listing.versions = [ModelVersion(path: path, identity: identity)]
            } else {
                listing.problem =
                    "there is no regular file at \(path); give the path of a model file, or a directory of versions to "
                    + "--model-dir"
            }
        case .directory(let path):
            guard let names = try? DirectoryListing.names(in: path) else {
                listing.problem = "cannot read the directory \(path)"
                break
            }
            for name in names.sorted() where !name.hasPrefix(".") {
                if let version = Self.version(name, in: path) {
                    listing.versions.append(version)
                } else if FileKind.entryExists(at: "\(path)/\(name)") {
                    // A file that was deleted while the directory was read is not junk.
                    listing.junk.append(name)
                }
            }
            // Of two names for one number, `07` and `7`, the later one of the alphabet counts as higher.
            listing.versions.sort { ($0.number, $0.path) > ($1.number, $1.path) }
            if listing.versions.isEmpty {
                listing.problem = "\(path) has no version: expected NUMBER\(Self.suffix) or NUMBER/model\(Self.suffix)"
            }
        }
        return listing
    }

    private static func version(_ name: String, in directory: String) -> ModelVersion? {
        let isFile = name.hasSuffix(suffix)
        let digits = isFile ? String(name.dropLast(suffix.count)) : name
        let path = isFile ? "\(directory)/\(name)" : "\(directory)/\(name)/model\(suffix)"
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(digits),
            let identity = FileIdentity(path: path)
        else { return nil }
        return ModelVersion(path: path, identity: identity, number: number)
    }
}
