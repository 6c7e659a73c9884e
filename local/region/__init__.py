"""The local region: what ministack lacks to run a fleet, loaded into its process.

`python -m region` starts it; README.md beside this file says what it adds and how it differs from AWS.
"""

PINNED_MINISTACK = "1.5.33"
# Whose package data holds the schemas of CloudFormation's registry.
PINNED_CFN_LINT = "1.58.0"
