# The Lambda consul: puts services to the agents and reads how they and the servers are.
service_prefix "" { policy = "write" }
node_prefix ""    { policy = "read" }
operator = "read"
key_prefix "nanofleet/secrets/" { policy = "read" }
