package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
)

// tell reports that a neighbour is silent, once a majority is alive and has a leader other than that
// neighbour: a server that is cut off must not speak for the others, and without a leader nothing could be
// moved. The living servers speak in the order of their addresses, so that not all of them do.
func (n *neighbours) tell(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, suspicionLimit)
	defer cancel()
	for waited := false; ; {
		living, silent := n.majority(ctx, address)
		rank := slices.Index(living, n.self)
		wait := n.every / 2
		switch {
		case !silent || rank >= speakers:
			return
		case rank == 0 || (rank > 0 && waited):
			n.speak(ctx, address)
			return
		case rank > 0:
			waited, wait = true, speakerPause+rand.N(speakerPause/4)
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

// majority asks all servers once more. It returns those that answer and name a leader other than the
// suspect, sorted, or nil when they are not a majority, and whether the suspect is still a member and silent.
func (n *neighbours) majority(ctx context.Context, suspect string) (living []string, silent bool) {
	limited, cancel := context.WithTimeout(ctx, neighbourLimit)
	defer cancel()
	members, err := n.cluster.members(limited)
	if err != nil {
		return nil, true
	}
	if !slices.Contains(members, suspect) {
		return nil, false
	}
	leaders := make([]string, len(members))
	answers := make([]error, len(members))
	var asked sync.WaitGroup
	for i, address := range members {
		asked.Add(1)
		go func() {
			defer asked.Done()
			leaders[i], answers[i] = n.cluster.leaderOf(limited, address)
		}()
	}
	asked.Wait()
	for i, address := range members {
		switch {
		case address == suspect && answers[i] == nil:
			return nil, false
		case answers[i] == nil && leaders[i] != "" && leaders[i] != suspect:
			living = append(living, address)
		}
	}
	if 2*len(living) <= len(members) {
		return nil, true
	}
	slices.Sort(living)
	return living, true
}

// speak starts the quiet period about a neighbour and reports that it is silent.
func (n *neighbours) speak(ctx context.Context, address string) {
	// It may just have answered or left Raft.
	if !n.hush(address) || len(n.suspects()) == 0 {
		return
	}
	n.announce(ctx, address+" does not answer; asking to move its registrations")
}

// announce asks for a round and names every suspect: if two die at once, each would be taken for
// the other's successor.
func (n *neighbours) announce(ctx context.Context, what string) {
	for try := 1; ; try++ {
		limited, cancel := context.WithTimeout(ctx, wordLimit)
		err := n.say(limited, n.suspects())
		cancel()
		if err == nil {
			fmt.Println("consul server:", what)
			return
		}
		if try == 1 {
			fmt.Fprintf(os.Stderr, "consul server: %s, but the control plane cannot be reached: %v\n", what, err)
		}
		if try == wordTries || !pause(ctx, n.every) {
			return
		}
	}
}
