import RankService
import RankSystem
import TestSupport
import Testing

@Suite("ModelSource")
struct ModelSourceTests {
    @Test
    func aFileIsOneVersionItsIdentityChangesWhenAnotherIsRenamedOverIt() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/model.safetensors"
        #expect(ModelSource.file(path).look().versions.isEmpty)
        #expect(ModelSource.file(path).look().problem?.contains(path) == true)
        try directory.write("model.safetensors", byteCount: 10)
        let first = ModelSource.file(path).look()
        #expect(first.versions.map(\.path) == [path] && first.problem == nil)
        #expect(ModelSource.file(path).look() == first)
        try directory.write("model.safetensors", byteCount: 10)
        #expect(ModelSource.file(path).look() != first)
        // A directory is no model.
        #expect(ModelSource.file(directory.path).look().versions.isEmpty)
    }

    @Test
    func numbersNameVersionsInEitherFormTheHighestFirstOthersAreJunkToldOnceHiddenNamesAreNotSeen() throws {
        let directory = try TemporaryDirectory()
        for name in ["2.safetensors", "10.safetensors", "007.safetensors"] { try directory.write(name, byteCount: 1) }
        let junk = ["readme.txt", "x.safetensors", ".safetensors.tmp", "-1.safetensors", "1.5.safetensors", "12"]
        for name in junk { try directory.write(name, byteCount: 1) }
        try directory.write("99999999999999999999999.safetensors", byteCount: 1)
        let version = "\(directory.path)/11"
        #expect(mkdir(version, 0o700) == 0)
        defer {
            unlink("\(version)/model.safetensors")
            rmdir(version)
        }
        // A directory without a model in it is junk until it has one.
        #expect(ModelSource.directory(directory.path).look().junk.contains("11"))
        try directory.write("11/model.safetensors", byteCount: 1)
        let listing = ModelSource.directory(directory.path).look()
        #expect(listing.versions.map(\.number) == [11, 10, 7, 2])
        #expect(listing.versions[0].path == "\(version)/model.safetensors")
        #expect(
            listing.junk == [
                "-1.safetensors", "1.5.safetensors", "12", "99999999999999999999999.safetensors", "readme.txt",
                "x.safetensors",
            ]
        )
        #expect(listing.problem == nil)
    }

    @Test
    func aDirectoryThatIsEmptyOrMissingSaysSo() throws {
        let directory = try TemporaryDirectory()
        #expect(ModelSource.directory(directory.path).look().problem?.contains("NUMBER.safetensors") == true)
        #expect(ModelSource.directory("/nonexistent/models").look().problem?.contains("/nonexistent") == true)
    }
}
