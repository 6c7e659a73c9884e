# The servers' agents: write their own nodes into the catalog.
node_prefix ""    { policy = "write" }
service_prefix "" { policy = "read" }
