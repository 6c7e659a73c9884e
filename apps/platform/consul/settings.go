package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// dataFolder is where the agent keeps its state: DATA_DIR, or else a folder below the working folder, which
// is "/" in a unikernel and the instance's own folder in the local region.
func dataFolder(getenv func(string) string) (string, error) {
	if given := getenv("DATA_DIR"); given != "" {
		return given, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("cannot find the working folder; set DATA_DIR: %w", err)
	}
	return filepath.Join(here, "consul-data"), nil
}

// hasState reports whether this server has been in a cluster before, that is, was restarted on its own disk.
// Consul 1.22 keeps Raft's log in a folder of its own, unless there is the file of earlier versions.
func hasState(dataDir string) bool {
	for _, log := range []string{"raft.db", filepath.Join("wal", "wal-meta.db")} {
		if _, err := os.Stat(filepath.Join(dataDir, "raft", log)); err == nil {
			return true
		}
	}
	return false
}
