package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// settings is what the manifest decides: the late environment of the instance.
type settings struct {
	// servers is how many servers form a new cluster (1, 3 or 5).
	servers int
	dataDir string
}

// readSettings validates the environment; every message names the variable and what it may be.
func readSettings(getenv func(string) string) (settings, error) {
	raw := getenv("CONSUL_SERVERS")
	servers, err := strconv.Atoi(raw)
	if err != nil || (servers != 1 && servers != 3 && servers != 5) {
		return settings{}, fmt.Errorf("CONSUL_SERVERS is %q; set it to 1, 3 or 5 in the platform's app.yml", raw)
	}
	dataDir := getenv("DATA_DIR")
	if dataDir == "" {
		// Relative to the working folder: "/" in a unikernel, the instance's own folder in the local region.
		here, err := os.Getwd()
		if err != nil {
			return settings{}, fmt.Errorf("cannot tell the working folder, set DATA_DIR: %w", err)
		}
		dataDir = filepath.Join(here, "consul-data")
	}
	return settings{servers: servers, dataDir: dataDir}, nil
}
