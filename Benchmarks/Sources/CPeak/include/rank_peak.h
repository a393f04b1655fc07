// The most that one core can multiply and add: the floor of every dense kernel.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Measures fused multiply-adds of float32 in independent chains for about `microseconds`, in vectors of `lanes` floats:
/// 16 (AVX-512), 8 (AVX2), 4 (NEON) or 1.
/// Returns 10⁹ floating-point operations a second, two for each multiply-add; 0 where this CPU has no such vectors.
double rank_peak(int lanes, double microseconds);

/// The same of integers with AVX-512 VNNI: `bits` is 16 (VPDPWSSD, 32 multiply-adds each) or 8 (VPDPBUSD, 64).
double rank_integer_peak(int bits, double microseconds);

#ifdef __cplusplus
}
#endif
