"""The instance metadata service and what it tells, credentials of the instance's role among it."""
