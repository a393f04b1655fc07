// Tests may call the C library by themselves: what the modules do with it is checked from outside.
@_exported public import CLibrary
