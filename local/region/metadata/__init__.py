"""The instance metadata service: its answers, and credentials of the instance's role."""
