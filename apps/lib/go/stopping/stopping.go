// Package stopping tells a program that it has to end.
package stopping

import (
	"context"
	"os/signal"
	"syscall"
	"time"

	"nanofleet/lib/go/instance"
)

const (
	path  = "autoscaling/target-lifecycle-state"
	every = 2 * time.Second
)

// Context is done once the process gets SIGTERM or SIGINT, or the Auto Scaling group has decided to end this
// instance: a unikernel may get no other notice (EC2 Auto Scaling User Guide, "Retrieve the target lifecycle
// state through instance metadata").
func Context() context.Context {
	told, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	ctx, end := context.WithCancel(told)
	go func() {
		defer end()
		for ctx.Err() == nil {
			// Missing answers are ignored.
			if state, err := instance.Metadata(ctx, path); err == nil && state == "Terminated" {
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(every):
			}
		}
	}()
	return ctx
}
