#if defined(__x86_64__)
#include <immintrin.h>

#define RANK_WIDTH 8
#define RANK_VECTORS 2
#define RANK_ROWS 6
#define RANK_TARGET __attribute__((target("avx2,fma")))
#define RANK_MULTIPLY_ADD(x, w, z) _mm256_fmadd_ps((x), (w), (z))
#define RANK_LOAD_PART(from, count)                                                                                    \
    _mm256_maskload_ps((from), _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count)),                                     \
                                                  _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)))
#include "../score/body.h"

const rank_kernels rank_kernels_avx2 = {.panel = PANEL, .score = score, .half_rows = half_rows, .activate = activate};
#endif
