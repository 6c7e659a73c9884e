"""The EBS direct APIs: snapshots that are written and read block by block."""
