package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"time"
)

// How a server looks at its neighbours. Gossip calls one dead after some 5 s, and then names lose all that
// stands on it; whoever shall have moved by then must be told before. Misses are counted instead of time, so
// that a machine that slept does not take its neighbours for dead.
const (
	neighbourEvery = 400 * time.Millisecond
	neighbourLimit = 400 * time.Millisecond
	neighbourLooks = 3
	// A suspicion that no majority shares within that time is left to gossip.
	suspicionLimit = 30 * time.Second
	// About the same neighbour not again within that time, however often it comes and goes.
	quietPeriod = time.Minute
	// So many servers speak, the second only in case the first cannot be heard.
	speakers     = 2
	speakerPause = time.Second
	wordTries    = 3
	wordLimit    = 3 * time.Second
)

// cluster is what can be asked of the servers; addresses come without ports.
type cluster interface {
	// members are the addresses of the servers that Raft counts, this one included.
	members(ctx context.Context) ([]string, error)
	// leaderOf returns the leader's address as the agent at address names it, empty for none; an error: no
	// answer.
	leaderOf(ctx context.Context, address string) (string, error)
}

// neighbours notices that another server answers no more and says so, once.
type neighbours struct {
	self    string
	cluster cluster
	// say tells the control plane which servers do not answer.
	say   func(ctx context.Context, silent []string) error
	every time.Duration

	mu    sync.Mutex
	known map[string]*neighbour
}

// neighbour is what is known of another server.
type neighbour struct {
	// answered: it was a working server once. One that starts is nobody's loss.
	answered bool
	missed   int
	// suspected until it answers again.
	suspected bool
	// told: it was this server that said so.
	told      bool
	quietTill time.Time
}

func newNeighbours(self string, cluster cluster, say func(context.Context, []string) error) *neighbours {
	return &neighbours{
		self: self, cluster: cluster, say: say, every: neighbourEvery, known: map[string]*neighbour{},
	}
}

// run looks until ctx ends, at equal distances however long a look takes.
func (n *neighbours) run(ctx context.Context) {
	for wait := n.every; pause(ctx, wait); {
		begin := time.Now()
		n.look(ctx)
		wait = max(0, n.every-time.Since(begin))
	}
}

// look asks all neighbours once, at the same time. Who left in good order is no member any more.
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
				go n.announce(ctx, address+" answers again; what it brings back is to be looked at")
			}
		}()
	}
	asked.Wait()
}

// note writes an answer down and reports whether it makes the neighbour a suspect. A refused connection means
// that no program is there; one that is late may be a busy one's.
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

// hush begins the quiet period about a neighbour and reports whether it is known still.
func (n *neighbours) hush(address string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.known[address]
	if one != nil {
		one.told, one.quietTill = true, time.Now().Add(quietPeriod)
	}
	return one != nil
}

// isBack reports, once, whether this server has told of a neighbour that answers again: it comes with the
// registrations of before, and nothing else makes the control plane look at them before its next round.
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

// suspects are the neighbours that do not answer, in order.
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
