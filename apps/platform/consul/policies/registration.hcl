# The Lambda consul: registers services with the agents and reads the state of services and servers.
service_prefix "" { policy = "write" }
node_prefix ""    { policy = "read" }
operator = "read"
key_prefix "nanofleet/secrets/" { policy = "read" }
