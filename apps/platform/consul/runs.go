package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
)

// agentRuns runs the agent again each time that restart ended it.
type agentRuns struct {
	again chan struct{}
	// handover runs beside each run of the agent, which asks for the signal anew.
	handover handover
}

func newAgentRuns(handover handover) agentRuns {
	return agentRuns{make(chan struct{}, 1), handover}
}

// restart ends the agent. At an interrupt a server ends without leaving its cluster
// ("skip_leave_on_interrupt").
func (a agentRuns) restart() error {
	select {
	case a.again <- struct{}{}:
	default:
	}
	return syscall.Kill(os.Getpid(), syscall.SIGINT)
}

// run returns the code of the last run.
func (a agentRuns) run(file string) int {
	for {
		during, end := context.WithCancel(context.Background())
		go a.handover.run(during)
		code := runConsul([]string{"agent", "-config-file=" + file})
		end()
		select {
		case <-a.again:
			fmt.Println("consul server: starts its agent again")
		default:
			return code
		}
	}
}
