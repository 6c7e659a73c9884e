package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/consul/api"
)

const (
	// moveLimit is how long registrations may take to move. The machine is switched off some time after its
	// power button, and the agent takes up to 6 s to leave.
	moveLimit = 4 * time.Second
	// Consul's command asks for the signal again right after its agent has started.
	listenPause = 2 * time.Second
)

// handover lets a server that is told to end (SIGTERM: the power button of a machine that nobody announced)
// go without a loss. Consul's agent would leave at once, and the cluster forgets with a server all that is
// registered on it: names whose instances were there have no answer until somebody registers them anew. So
// the control plane moves them while this server still answers, and then the agent leaves.
type handover struct {
	// started reports whether the agent answers.
	started func(context.Context) bool
	// move has all registrations of this server moved to others, and returns when that is done.
	move func(context.Context) error
	// leave ends the agent after it has given its leadership away and left the cluster.
	leave func(context.Context) error
	every time.Duration
	after time.Duration
}

// run takes the signal over from Consul's command once its agent runs, and waits for it. The command hears no
// more of it: its own answer is to leave at once.
func (h handover) run(ctx context.Context) {
	for !h.started(ctx) {
		if !pause(ctx, h.every) {
			return
		}
	}
	if !pause(ctx, h.after) {
		return
	}
	asked := make(chan os.Signal, 1)
	signal.Reset(syscall.SIGTERM)
	signal.Notify(asked, syscall.SIGTERM)
	select {
	case <-asked:
		h.end(context.Background())
	case <-ctx.Done():
	}
}

func (h handover) end(ctx context.Context) {
	fmt.Println("consul server: told to end; asking to move its registrations first")
	limited, cancel := context.WithTimeout(ctx, moveLimit)
	err := h.move(limited)
	cancel()
	if err != nil {
		fmt.Fprintf(os.Stderr, "consul server: leaves with its registrations, as they could not be moved: %v\n", err)
	}
	if err := h.leave(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "consul server: ends without leaving its cluster: %v\n", err)
		// An interrupt ends the agent without leaving ("skip_leave_on_interrupt").
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}
}

// leaving returns how this server's agent is told to leave.
func leaving(
	client *api.Client, management func(context.Context) (secrets, error),
) func(context.Context) error {
	return func(ctx context.Context) error {
		held, err := management(ctx)
		if err != nil {
			return err
		}
		problem := errors.New("there is no management token")
		for _, token := range held.management {
			// The agent answers once it has left.
			if _, err := client.Raw().Write("/v1/agent/leave", nil, nil, writing(ctx, token)); err != nil {
				problem = err
				continue
			}
			return nil
		}
		return problem
	}
}
