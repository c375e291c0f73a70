"""What methods share: the protocol, the network stages, the semantic map, configuration. It imports no method."""
