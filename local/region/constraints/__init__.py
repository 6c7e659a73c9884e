"""What the models of AWS's APIs ask of a request: required members, enumerations, patterns, lengths."""
