// Command consul is one Consul server of the platform. A unikernel is a single process without a host name of
// its own and without a shell, so it does what a start script would do: it takes the node name from the
// instance id, finds the peers by their tag, writes the configuration, and runs Consul's agent in this same
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
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	mcli "github.com/mitchellh/cli"

	"github.com/hashicorp/consul/command"
	"github.com/hashicorp/consul/command/cli"
)

// startDeadline limits everything before the agent starts: a server that cannot find out who it is must end,
// so that its Auto Scaling group replaces it, instead of staying up and useless.
const startDeadline = 90 * time.Second

// How long a cluster without a majority waits for one: an election takes a second, a restart of all servers a
// few. A server that nobody answers waits for ten minutes: it still answers DNS, and may be all that is left
// (recovery.go).
const (
	leaderlessLooks = 30
	aloneLooks      = 200
	lookEvery       = 3 * time.Second
)

func main() {
	// Consul writes its own log; the standard logger only carries noise from its dependencies.
	log.SetOutput(io.Discard)
	if args := os.Args[1:]; len(args) > 0 {
		os.Exit(runConsul(args))
	}
	ctx, cancel := context.WithTimeout(context.Background(), startDeadline)
	ready, err := prepare(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "consul server:", err)
		os.Exit(1)
	}
	go endWhenLeaderless(context.Background(), ready.questions, ready.keeper.self.address)
	go ready.keeper.run(context.Background())
	go ready.neighbours.run(context.Background())
	go ready.recovery.run(context.Background())
	os.Exit(ready.agent.run(ready.file))
}

// prepared is what a server needs once it knows who and where it is.
type prepared struct {
	// file is the agent's configuration.
	file       string
	questions  leaderQuestions
	keeper     *keeper
	neighbours *neighbours
	recovery   *recovery
	agent      agentRuns
}

// prepare finds out who and where this server is, reads its stage's secrets, gets a certificate and writes
// the agent's configuration.
func prepare(ctx context.Context) (prepared, error) {
	dataDir, err := dataFolder(os.Getenv)
	if err != nil {
		return prepared{}, err
	}
	sdk, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return prepared{}, fmt.Errorf("cannot load the settings of the AWS SDK: %w", err)
	}
	self, err := identify(ctx, sdk)
	if err != nil {
		return prepared{}, fmt.Errorf("cannot get this instance's identity from the metadata service: %w", err)
	}
	sdk.Region = self.region
	client, parameters := ec2.NewFromConfig(sdk), ssm.NewFromConfig(sdk)
	stage, err := stageOf(ctx, client, self.instanceID)
	if err != nil {
		return prepared{}, err
	}
	read := func(ctx context.Context) (secrets, error) { return readSecrets(ctx, parameters, stage) }
	shown := newCredentials(dataDir, newSigner(sdk, stage, self.instanceID))
	held, err := shown.obtain(ctx, read)
	if err != nil {
		return prepared{}, err
	}
	questions := newLeaderQuestions(shown)
	servers := func(states []string) func(ctx context.Context) ([]server, error) {
		return func(ctx context.Context) ([]server, error) {
			instances, err := listServers(ctx, client, states)
			if err != nil {
				return nil, err
			}
			return selectServers(self.instanceID, instances)
		}
	}
	enters, err := findEntrance(ctx, self.instanceID, hasState(dataDir), surroundings{
		servers: servers(upStates), leader: questions.anySeesLeader,
		every: time.Second,
	})
	if err != nil {
		return prepared{}, fmt.Errorf("cannot enter a Consul cluster within %s: %w", startDeadline, err)
	}
	recursors, err := nameservers("/etc/resolv.conf")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return prepared{}, fmt.Errorf("cannot read the resolvers: %w", err)
	}
	file, err := serverConfig(dataDir, self, enters, shown.files, held, "", recursors).write(dataDir)
	if err != nil {
		return prepared{}, err
	}
	if err := serveProber(self); err != nil {
		return prepared{}, err
	}
	keeper, err := newKeeper(self, shown, read, func(now secrets, agent string) error {
		joins := entrance{peers: enters.peers}
		_, err := serverConfig(dataDir, self, joins, shown.files, now, agent, recursors).write(dataDir)
		return err
	})
	if err != nil {
		return prepared{}, err
	}
	fmt.Printf("consul server %s at %s: %d peers, forms a new cluster: %t\n", self.instanceID, self.address, len(enters.peers), enters.bootstrap)
	watch := newNeighbours(self.address, asked{self.address, questions}, newReconciler(sdk, stage).suspect)
	if enters.bootstrap {
		keeper.settled = func(ctx context.Context) { watch.announce(ctx, "a new cluster; asking to register the fleet") }
	}
	agent := newAgentRuns(handover{
		started: func(ctx context.Context) bool { return questions.seesLeader(ctx, self.address) },
		move: func(ctx context.Context) error {
			return newReconciler(sdk, stage).leave(ctx, self.instanceID)
		},
		leave: leaving(keeper.client, read),
		every: time.Second, after: listenPause,
	})
	return prepared{file, questions, keeper, watch, &recovery{
		among:   found{self.address, questions, keeper.client, read, servers(keptStates)},
		dataDir: dataDir, every: recoveryEvery, restart: agent.restart,
		recovered: func(ctx context.Context) {
			watch.announce(ctx, "most servers were lost; asking to register anew what was on them")
		},
	}, agent}, nil
}

// endWhenLeaderless ends the program when the cluster has lost its majority for good. The catalog is built
// from what EC2 shows, so new servers in a new cluster lose nothing, while this one would wait for ever.
func endWhenLeaderless(ctx context.Context, questions leaderQuestions, address string) {
	look := func(ctx context.Context) outlook { return questions.outlook(ctx, address) }
	untilLeaderless(ctx, look, leaderlessLooks, aloneLooks, lookEvery)
	fmt.Fprintln(os.Stderr, "consul server: no leader for too long; ending, so that new servers form a new cluster")
	os.Exit(1)
}

// runConsul passes args to Consul's command line and returns its exit code.
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
