"""CloudFormation: the resource types that the emulator lacks or leaves half done."""
