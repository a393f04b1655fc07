import CommandSupport
import RankSystem
import TestSupport
import Testing

@Suite struct KernelNameTests {
    @Test
    func theOptionNamesTheKernelAndWhereItDoesNotTheEnvironmentDoes() async {
        await #expect(processExitsWith: .success) {
            unsetenv("RANK_KERNEL")
            guard KernelName.chosen(nil) == nil, KernelName.chosen("") == nil else { exit(1) }
            guard KernelName.chosen("scalar") == "scalar" else { exit(2) }
            setenv("RANK_KERNEL", "portable", 1)
            guard KernelName.chosen(nil) == "portable", KernelName.chosen("") == nil else { exit(3) }
            guard KernelName.chosen("scalar") == "scalar" else { exit(4) }
            setenv("RANK_KERNEL", "", 1)
            guard KernelName.chosen(nil) == nil else { exit(5) }
            exit(0)
        }
    }
}
