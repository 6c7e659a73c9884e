package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"time"
)

// How a server watches its neighbours. Gossip declares one dead after about 5 s, and then its registrations
// vanish from DNS; the control plane must hear of it earlier to move them in time. Misses are counted instead
// of time, so that a machine that slept does not take its neighbours for dead.
const (
	neighbourEvery = 400 * time.Millisecond
	neighbourLimit = 400 * time.Millisecond
	neighbourLooks = 3
	// A suspicion that no majority shares within this time is left to gossip.
	suspicionLimit = 30 * time.Second
	// The same neighbour is not reported again within this time, however often it comes and goes.
	quietPeriod = time.Minute
	// This many servers report, the second only in case the first cannot be heard.
	speakers     = 2
	speakerPause = time.Second
	wordTries    = 3
	wordLimit    = 3 * time.Second
)

// cluster is what the servers can be asked; addresses have no ports.
type cluster interface {
	// members are the addresses of the servers that Raft counts, including this one.
	members(ctx context.Context) ([]string, error)
	// leaderOf returns the leader's address according to the agent at address, empty for none; an error means
	// no answer.
	leaderOf(ctx context.Context, address string) (string, error)
}

// neighbours notices that another server no longer answers and reports it, once.
type neighbours struct {
	self    string
	cluster cluster
	// say tells the control plane which servers do not answer.
	say   func(ctx context.Context, silent []string) error
	every time.Duration

	mu    sync.Mutex
	known map[string]*neighbour
}

// neighbour is what is known about another server.
type neighbour struct {
	// answered: it has been a working server. One that is only starting is no loss.
	answered bool
	missed   int
	// suspected, until it answers again.
	suspected bool
	// told: it was this server that reported it.
	told      bool
	quietTill time.Time
}

func newNeighbours(self string, cluster cluster, say func(context.Context, []string) error) *neighbours {
	return &neighbours{
		self: self, cluster: cluster, say: say, every: neighbourEvery, known: map[string]*neighbour{},
	}
}

// run looks until ctx ends, at equal intervals however long a look takes.
func (n *neighbours) run(ctx context.Context) {
	for wait := n.every; pause(ctx, wait); {
		begin := time.Now()
		n.look(ctx)
		wait = max(0, n.every-time.Since(begin))
	}
}

// look asks all neighbours once, at the same time. A server that left in good order is no longer a member.
func (n *neighbours) look(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, neighbourLimit)
	defer cancel()
	members, err := n.cluster.members(limited)
	if err != nil {
		return
	}
	n.forget(members)
	var asked sync.WaitGroup
	for _, address := range members {
		if address == n.self {
			continue
		}
		asked.Add(1)
		go func() {
			defer asked.Done()
			leader, err := n.cluster.leaderOf(limited, address)
			if n.note(address, err) {
				go n.tell(ctx, address)
			}
			if err == nil && leader != "" && n.isBack(address) {
				go n.announce(ctx, address+" answers again; asking for a check of what it brings back")
			}
		}()
	}
	asked.Wait()
}

// note records an answer and reports whether it makes the neighbour a suspect. A refused connection means
// that no program is there; a late answer may come from a busy one.
func (n *neighbours) note(address string, err error) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.known[address]
	if one == nil {
		one = &neighbour{}
		n.known[address] = one
	}
	if err == nil {
		one.answered, one.missed, one.suspected = true, 0, false
		return false
	}
	one.missed++
	if one.suspected || !one.answered || time.Now().Before(one.quietTill) {
		return false
	}
	one.suspected = errors.Is(err, syscall.ECONNREFUSED) || one.missed >= neighbourLooks
	return one.suspected
}

func (n *neighbours) forget(members []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for address, one := range n.known {
		if !slices.Contains(members, address) && time.Now().After(one.quietTill) {
			delete(n.known, address)
		}
	}
}

// hush starts the quiet period about a neighbour and reports whether it is still known.
func (n *neighbours) hush(address string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.known[address]
	if one != nil {
		one.told, one.quietTill = true, time.Now().Add(quietPeriod)
	}
	return one != nil
}

// isBack reports, once, whether a neighbour that this server reported answers again: it comes back with its
// earlier registrations, and nothing else makes the control plane check them before its next round.
func (n *neighbours) isBack(address string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.known[address]
	if one == nil || !one.told {
		return false
	}
	one.told = false
	return true
}

// suspects are the neighbours that do not answer, sorted.
func (n *neighbours) suspects() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	silent := []string{}
	for address, one := range n.known {
		if one.suspected {
			silent = append(silent, address)
		}
	}
	slices.Sort(silent)
	return silent
}
