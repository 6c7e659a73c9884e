package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// agentConfig is a Consul agent configuration file ("Agents configuration file reference").
type agentConfig map[string]any

// serverConfig returns the configuration of one server. The founder of a cluster elects itself (Consul
// ignores the setting once there is state); all others must not, as there is already a leader.
//
// A new cluster creates the management token from the configuration. The keeper gives the agent its own
// token: an agent that starts with a token unknown to the cluster fails to write its entries to the catalog
// and waits 15 s before it tries again; one without a token does not (tried with 1.19). So agent is empty
// until the cluster knows it.
func serverConfig(
	dataDir string, self identity, enters entrance, files identityFiles, held secrets, agent string,
	recursors []string,
) agentConfig {
	tokens := map[string]string{"initial_management": held.management[0], "dns": held.tokens[dnsRole][0]}
	if agent != "" {
		tokens["agent"] = agent
	}
	config := agentConfig{
		"server":             true,
		"node_name":          self.instanceID,
		"node_meta":          map[string]string{"zone": self.zone},
		"datacenter":         datacenter,
		"data_dir":           dataDir,
		"bind_addr":          self.address,
		"client_addr":        self.address,
		"retry_join":         enters.peers,
		"retry_interval":     "1s",
		"leave_on_terminate": true,
		"ui_config":          map[string]any{"enabled": true},
		"connect":            map[string]any{"enabled": false},
		// Nothing answers without TLS except gossip, which has its own key, and DNS.
		"ports":   map[string]int{"http": -1, "https": 8501, "serf_wan": -1, "grpc": -1, "grpc_tls": -1},
		"encrypt": held.gossip[0],
		// A server that was down while the key changed must start with the current key, not with a saved one.
		"disable_keyring_file": true,
		"tls": map[string]any{
			"defaults":     map[string]any{"ca_file": files.ca, "cert_file": files.certificate, "key_file": files.key, "tls_min_version": "TLSv1_2"},
			"internal_rpc": map[string]any{"verify_incoming": true, "verify_outgoing": true, "verify_server_hostname": true},
			// HTTPS clients show a token instead of a certificate.
			"https": map[string]any{"verify_incoming": false},
		},
		"acl":       map[string]any{"enabled": true, "default_policy": "deny", "tokens": tokens},
		"recursors": recursors,
		// The fastest failure detection that Consul supports ("Server Performance Requirements").
		// A leaving server waits for requests under way, by default for as long as an instance has to shut
		// down.
		"performance": map[string]any{"raft_multiplier": 1, "leave_drain_time": "1s"},
		"autopilot":   map[string]any{"cleanup_dead_servers": true, "server_stabilization_time": "3s"},
		"dns_config": map[string]any{
			// Over UDP Consul returns only 3 instances by default; truncation makes clients ask again over
			// TCP.
			"udp_answer_limit": 100,
			"enable_truncate":  true,
			"service_ttl":      map[string]string{"*": "0s"},
		},
		"disable_update_check": true,
		"log_level":            "info",
	}
	if enters.bootstrap {
		config["bootstrap"] = true
	}
	maps.Copy(config, hardening())
	return config
}

// write puts the configuration next to the data and returns the file's path.
func (c agentConfig) write(dataDir string) (string, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return "", fmt.Errorf("cannot create the data folder %s: %w", dataDir, err)
	}
	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dataDir, "agent.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return "", fmt.Errorf("cannot write %s: %w", file, err)
	}
	return file, nil
}

// nameservers reads the resolvers from a resolv.conf. In a platform image that is the VPC's resolver, written
// at build time; names unknown to Consul go there.
func nameservers(file string) ([]string, error) {
	opened, err := os.Open(file)
	if err != nil {
		return []string{}, err
	}
	defer opened.Close()
	found := []string{}
	lines := bufio.NewScanner(opened)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 2 && fields[0] == "nameserver" && net.ParseIP(fields[1]) != nil {
			found = append(found, fields[1])
		}
	}
	return found, lines.Err()
}
