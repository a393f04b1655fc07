/// The name and version of the package: what `--version` and a worker's INFO give.
public let softwareVersion = "swift-rank 0.1.0"
