package import CRankPlugin

/// An instance of a plugin, destroyed with this object.
///
/// Belongs to one thread at a time.
@safe package struct PluginInstance: ~Copyable {
    /// The library of the instance.
    let library: PluginLibrary
    /// The pointer that the plugin's functions take.
    let handle: UnsafeMutableRawPointer?

    /// The buffer for the plugin's error messages.
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private static let errorCapacity = 1_024

    /// Makes an instance.
    ///
    /// - Throws: ``EngineError/Code/pluginRefused`` with the plugin's own reason.
    init(_ library: PluginLibrary, _ reference: PluginReference) throws(EngineError) {
        let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Self.errorCapacity)
        unsafe errorText.initialize(repeating: 0)
        var handle: UnsafeMutableRawPointer?
        let status = unsafe Self.withOptions(reference.options) { options in
            unsafe library.table.create(
                reference.modelPath,
                options.baseAddress,
                options.count,
                &handle,
                errorText.baseAddress,
                errorText.count
            )
        }
        guard status == PluginStatus.done else {
            let reason = unsafe Self.reason(errorText, status)
            unsafe errorText.deallocate()
            throw EngineError(.pluginRefused, "\(library.subject) refuses to start: \(reason)")
        }
        self.library = library
        unsafe self.handle = unsafe handle
        unsafe self.errorText = unsafe errorText
    }

    deinit {
        unsafe library.table.destroy(handle)
        unsafe errorText.deallocate()
    }

    /// Calls a function with the emptied error buffer.
    ///
    /// Allocates nothing.
    @inline(__always)
    func call(_ function: (_ error: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int32) -> Int32 {
        unsafe errorText[0] = 0
        return unsafe function(errorText.baseAddress, errorText.count)
    }

    /// The last call's reason for its failure.
    func reason(_ status: Int32) -> String { unsafe Self.reason(errorText, status) }

    private static func reason(_ text: UnsafeMutableBufferPointer<CChar>, _ status: Int32) -> String {
        let bytes = UnsafeRawBufferPointer(text)
        guard let reason = unsafe PluginText.text(bytes), !reason.isEmpty else {
            return "it gives no reason, only the status \(status)"
        }
        return reason
    }

    /// Calls a function with options in C's form.
    package static func withOptions(
        _ options: [PluginReference.Option],
        _ body: (UnsafeBufferPointer<rank_plugin_option>) -> Int32
    ) -> Int32 {
        var text: [CChar] = []
        var places: [(key: Int, value: Int)] = []
        for option in options {
            let key = text.count
            text += option.key.utf8CString
            places.append((key, text.count))
            text += option.value.utf8CString
        }
        return unsafe text.withUnsafeBufferPointer { text in
            let pairs = unsafe places.map { place in
                unsafe rank_plugin_option(
                    key: text.baseAddress.map { unsafe $0 + place.key },
                    value: text.baseAddress.map { unsafe $0 + place.value }
                )
            }
            return unsafe pairs.withUnsafeBufferPointer { unsafe body($0) }
        }
    }
}

/// The status that a plugin's functions return.
package enum PluginStatus {
    /// Success.
    package static let done = Int32(RANK_PLUGIN_OK)
    /// The query does not fit the model.
    static let invalidQuery = Int32(RANK_PLUGIN_INVALID_QUERY)
}
