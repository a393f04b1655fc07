// The C library of each system under one name, imported by RankSystem alone: `scripts/check-arrows` holds that.
//
// Only `@_exported`, which must be public, lets the import in one file serve others. RankSystem imports this module
// internally, so that no other module sees the C library by way of it.
@_exported public import CRankSystem

#if canImport(Glibc)
@_exported public import Glibc
#elseif canImport(Musl)
@_exported public import Musl
#elseif canImport(Darwin)
@_exported public import Darwin
#endif
