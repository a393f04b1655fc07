// Bounds with the dot product of bytes (arm64, from ARMv8.2 on), which has no form of mixed signs: weights are raised by
// 128, and what that adds, 128 times the sum of the activations, leaves the sums again.
#include "certified.h"

#if defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#include "../isa/neon.h"

#define TILE_ROWS 6
#define RAISES_WEIGHTS 1

INLINE mask dot(mask sum, mask x, mask w) {
    const uint8x16_t raised = veorq_u8((uint8x16_t)w, vdupq_n_u8(0x80));
    return (mask)vdotq_u32((uint32x4_t)sum, (uint8x16_t)x, raised);
}

#include "tile.h"

static bool is_supported(void) {
#if defined(__linux__)
    // https://docs.kernel.org/arch/arm64/elf_hwcaps.html, HWCAP_ASIMDDP
    return getauxval(AT_HWCAP) & 1 << 20;
#elif defined(__APPLE__)
    return true;
#else
    return false;
#endif
}

const rank_bound_kernel rank_bounds_dotprod = {
    .name = "neon-dotprod",
    .is_supported = is_supported,
    .addends = 1,
    .bound_rows = bound_tiles,
};
#endif
