// error: lifetime-dependent variable 'span' escapes its scope
import ZMQ

func spanOutlivesMessage() -> Int {
    let span: RawSpan
    do {
        let message = Message()
        span = message.bytes
    }
    return span.byteCount
}
