// The pool speaks in the protocol's values (`Status`, `ModelID`, `UnknownIDPolicy`, …): whoever imports RankPool has them.
@_exported public import RankProtocol
