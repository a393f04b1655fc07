// The C library, imported here and nowhere else: a file that calls libc imports this module.
//
// Only `@_exported` lets the import in one file serve others. This module is in no product and other modules import it
// internally, so nothing of the C library reaches users of the package.
@_exported public import CRankSystem

#if canImport(Glibc)
@_exported public import Glibc
#elseif canImport(Musl)
@_exported public import Musl
#elseif canImport(Darwin)
@_exported public import Darwin
#endif
