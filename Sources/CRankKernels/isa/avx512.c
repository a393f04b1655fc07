#if defined(__x86_64__)
#include <immintrin.h>

#define RANK_WIDTH 16
#define RANK_VECTORS 4
#define RANK_ROWS 6
#define RANK_TARGET __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")))
#define RANK_MULTIPLY_ADD(x, w, z) _mm512_fmadd_ps((x), (w), (z))
#define RANK_LOAD_PART(from, count) _mm512_maskz_loadu_ps((__mmask16)((1u << (count)) - 1), (from))
#include "../score/factored_avx512.h"
#define RANK_FACTORED rank_factored_avx512
#define RANK_HIDDEN rank_hidden_avx512
#include "../score/body.h"

const rank_kernels rank_kernels_avx512 = {.panel = PANEL, .score = score, .half_rows = half_rows, .activate = activate};
#endif
