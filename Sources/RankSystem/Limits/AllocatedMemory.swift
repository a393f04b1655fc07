import CLibrary

/// The memory that all threads of this process have allocated (bytes); if the allocator does not tell, the peak
/// resident memory.
package func allocatedMemory() -> UInt64 { rank_allocated_bytes() }
