"""Which variables of the developer's own environment are passed on, and no others."""

from __future__ import annotations

# How this machine reaches the network and where it keeps Go's caches: all that a build learns of the
# developer's own environment, besides PATH.
MACHINE_VARIABLES = (
    "PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "GOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GONOPROXY",
    "GOPRIVATE",
    "GOFLAGS",
    "GOTOOLCHAIN",
    "GOCACHE",
    "GOMODCACHE",
    # Where packages of Python, JavaScript and Java come from; their checksums are in the locks.
    "PIP_INDEX_URL",
    "PIP_CERT",
    "npm_config_registry",
    "NANOFLEET_MAVEN",
    "JAVA_HOME",
    # Of a machine that has nanovms/ops and a release of Nanos.
    "OPS_HOME",
)
