# People who look at Consul's user interface.
node_prefix ""    { policy = "read" }
service_prefix "" { policy = "read" }
