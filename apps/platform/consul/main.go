// Command consul is one Consul server of the platform. A unikernel is a single process with a fixed host
// name and no shell, so what a start script would do happens here: the node name comes from the instance
// id, the peers are found by their tag, the configuration is written, and Consul's agent runs in this same
// process. With arguments the program is Consul's own command line ("consul members", "consul agent …").
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	mcli "github.com/mitchellh/cli"

	"github.com/hashicorp/consul/command"
	"github.com/hashicorp/consul/command/cli"
)

// startDeadline bounds everything before the agent starts: a server that cannot learn who it is must end,
// so that its Auto Scaling group replaces it, instead of staying up and useless.
const startDeadline = 90 * time.Second

func main() {
	// Consul writes its own log; the standard logger only carries noise of its dependencies.
	log.SetOutput(io.Discard)
	args := os.Args[1:]
	if len(args) == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), startDeadline)
		prepared, err := prepare(ctx)
		cancel()
		if err != nil {
			fmt.Fprintln(os.Stderr, "consul server:", err)
			os.Exit(1)
		}
		args = prepared
	}
	os.Exit(runConsul(args))
}

// prepare learns who and where this server is, writes the agent's configuration and returns the arguments
// that start the agent with it.
func prepare(ctx context.Context) ([]string, error) {
	settings, err := readSettings(os.Getenv)
	if err != nil {
		return nil, err
	}
	self, err := identify(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot learn this instance's identity from the metadata service: %w", err)
	}
	peers, err := findPeers(ctx, self)
	if err != nil {
		return nil, fmt.Errorf("cannot find the other Consul servers through EC2: %w", err)
	}
	leader := anyPeerHasLeader(ctx, peers)
	recursors, err := nameservers("/etc/resolv.conf")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	config := serverConfig(settings, self, peers, leader, recursors)
	file, err := config.write(settings.dataDir)
	if err != nil {
		return nil, err
	}
	fmt.Printf("consul server %s at %s: %d peers, cluster has a leader: %t\n", self.instanceID, self.address, len(peers), leader)
	return []string{"agent", "-config-file=" + file}, nil
}

// runConsul hands args to Consul's command line and returns its exit code.
func runConsul(args []string) int {
	ui := &cli.BasicUI{BasicUi: mcli.BasicUi{Writer: os.Stdout, ErrorWriter: os.Stderr}}
	program := &mcli.CLI{
		Name:        "consul",
		Args:        args,
		Commands:    command.RegisteredCommands(ui),
		HelpFunc:    mcli.BasicHelpFunc("consul"),
		HelpWriter:  os.Stdout,
		ErrorWriter: os.Stderr,
	}
	code, err := program.Run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "consul:", err)
		return 1
	}
	return code
}
