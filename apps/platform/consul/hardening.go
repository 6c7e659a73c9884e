package main

// hardening pins what Consul's page "Security model" asks for and what must not change with a new default
// (docs/security.md, "Consul's own list").
func hardening() agentConfig {
	return agentConfig{
		// Nobody can make a server run a program.
		"enable_script_checks":       false,
		"enable_local_script_checks": false,
		"disable_remote_exec":        true,
		"enable_debug":               false,
		// Unencrypted gossip is neither sent nor taken.
		"encrypt_verify_incoming": true,
		"encrypt_verify_outgoing": true,
		"peering":                 map[string]any{"enabled": false},
		"http_config": map[string]any{
			// Without a valid token the first hands out cached private keys of the service mesh, which we do
			// not use; the second starts events, which nobody listens to.
			"block_endpoints": []string{"/v1/agent/connect/", "/v1/event/fire/"},
			// Ours have 300 bytes; browsers of the user interface send a few kilobytes.
			"max_header_bytes": 16 << 10,
			"response_headers": map[string]string{
				"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
			},
		},
		"limits": limits(),
	}
}

// limits are for each client's address. All instances of the function "consul" in a subnet share one, with 16
// connections each (adapters/consul/requests.ts), so twelve of them fit, and one beyond that is told to try
// again; another server has a handful.
//
// "request_limits" counts all requests of all clients together, DNS queries too, before it looks at tokens:
// anyone in the VPC who asks often enough would shut out the control plane and all DNS clients, at a rate
// that the server could still have answered. Pinned off.
func limits() map[string]any {
	return map[string]any{
		"http_max_conns_per_client": 200,
		"https_handshake_timeout":   "5s",
		"rpc_handshake_timeout":     "5s",
		"rpc_max_conns_per_client":  100,
		"request_limits":            map[string]any{"mode": "disabled"},
		"kv_max_value_size":         512 << 10,
		"txn_max_req_len":           512 << 10,
	}
}
