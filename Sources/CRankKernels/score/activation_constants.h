// The numbers of docs/reference/numerics.md, "Activations".
#pragma once

#define RANK_LOG2_E 0x1.715476p0f
#define RANK_LN2_HIGH 0x1.62e4p-1f
#define RANK_LN2_LOW 0x1.7f7d1cp-20f
/// Its sum with a number far below 2²² has the nearest integer in the last bits.
#define RANK_ROUNDER 0x1.8p23f
/// The least exponent whose power of e is not 0.
#define RANK_LEAST (-87.0f)
#define RANK_GELU_TANH_FIRST 0x1.988454p0f
#define RANK_GELU_TANH_THIRD 0x1.2444f2p-4f
/// The argument from which on the tail of the normal distribution counts as 0.
#define RANK_GELU_END 6.0f

/// E: (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2, by ascending powers of r.
static const float rank_exponential[] = {0x1p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123bdep-7f, 0x1.6db4e8p-10f};
#define RANK_EXPONENTIAL_COUNT 5

/// N: −ln(2·tail of the normal distribution beyond a) / a for 0 < a ≤ 6, by ascending powers of a.
static const float rank_normal[] = {0x1.9884f4p-1f,  0x1.45e7c6p-2f,  0x1.2ad556p-5f,   -0x1.492194p-8f,
                                    0x1.8b7facp-13f, 0x1.7e3a6cp-14f, -0x1.4646c6p-16f, 0x1.61e88ep-20f};
#define RANK_NORMAL_COUNT 8
