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

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	mcli "github.com/mitchellh/cli"

	"github.com/hashicorp/consul/command"
	"github.com/hashicorp/consul/command/cli"
)

// startDeadline bounds everything before the agent starts: a server that cannot learn who it is must end,
// so that its Auto Scaling group replaces it, instead of staying up and useless.
const startDeadline = 90 * time.Second

// A cluster without a majority waits that long for it: an election takes a second, a restart of all a few.
const (
	leaderlessLooks = 30
	lookEvery       = 3 * time.Second
)

func main() {
	// Consul writes its own log; the standard logger only carries noise of its dependencies.
	log.SetOutput(io.Discard)
	if args := os.Args[1:]; len(args) > 0 {
		os.Exit(runConsul(args))
	}
	ctx, cancel := context.WithTimeout(context.Background(), startDeadline)
	file, address, err := prepare(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "consul server:", err)
		os.Exit(1)
	}
	go endWhenLeaderless(context.Background(), address)
	os.Exit(runConsul([]string{"agent", "-config-file=" + file}))
}

// prepare learns who and where this server is, writes the agent's configuration and returns it with the
// address of the server.
func prepare(ctx context.Context) (file, address string, err error) {
	dataDir, err := dataFolder(os.Getenv)
	if err != nil {
		return "", "", err
	}
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", "", fmt.Errorf("cannot read the settings of the AWS SDK: %w", err)
	}
	self, err := identify(ctx, sdk)
	if err != nil {
		return "", "", fmt.Errorf("cannot learn this instance's identity from the metadata service: %w", err)
	}
	sdk.Region = self.region
	client := ec2.NewFromConfig(sdk)
	enters, err := findEntrance(ctx, self.instanceID, hasState(dataDir), surroundings{
		servers: func(ctx context.Context) ([]server, error) {
			instances, err := listServers(ctx, client)
			if err != nil {
				return nil, err
			}
			return selectServers(self.instanceID, instances)
		},
		leader: anySeesLeader,
		every:  time.Second,
	})
	if err != nil {
		return "", "", fmt.Errorf("cannot enter a Consul cluster within %s: %w", startDeadline, err)
	}
	recursors, err := nameservers("/etc/resolv.conf")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", "", fmt.Errorf("cannot read the resolvers: %w", err)
	}
	file, err = serverConfig(dataDir, self, enters, recursors).write(dataDir)
	if err != nil {
		return "", "", err
	}
	fmt.Printf("consul server %s at %s: %d peers, forms a new cluster: %t\n", self.instanceID, self.address, len(enters.peers), enters.bootstrap)
	return file, self.address, nil
}

// endWhenLeaderless ends the program when the cluster has lost its majority for good. The catalog is made from
// what EC2 shows, so new servers in a new cluster lose nothing, while this one would wait for ever.
func endWhenLeaderless(ctx context.Context, address string) {
	sees := func(ctx context.Context) bool { return seesLeader(ctx, address) }
	untilLeaderless(ctx, sees, leaderlessLooks, lookEvery)
	fmt.Fprintf(os.Stderr, "consul server: no leader for %s; ending, so that new servers form a new cluster\n", leaderlessLooks*lookEvery)
	os.Exit(1)
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
