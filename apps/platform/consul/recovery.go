package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/consul/api"
)

// Without a majority nothing can be written: what dies stays in DNS, what is new does not get in. Consul
// waits for the lost servers to come back; ours do not. So when EC2 says that most of them are gone, the
// servers that are left go on without them, as Consul's page "Recover from outages" does it by hand: each
// writes the same list of those that are left ("peers.json") and starts its agent again on its own data.
// Until then, and with all data afterwards, they answer DNS.
const (
	recoveryEvery = time.Second
	// leaderlessFor is longer than an election with raft_multiplier 1 takes.
	leaderlessFor = 5
	// settledFor is how many answers of EC2 in a row must be equal: it is eventually consistent.
	settledFor = 3
	// recoveryLimit is how long one look may take, and recoveryPause how long a restart has until the next.
	recoveryLimit = 5 * time.Second
	recoveryPause = 30 * time.Second
)

// voter is a server that counts in Raft.
type voter struct {
	ID      string `json:"id"`
	Address string `json:"address"`
	// NonVoter is false for all that are left.
	NonVoter bool `json:"non_voter"`
}

// survivors is what a server without a leader can ask.
type survivors interface {
	// led reports whether this server's agent knows a leader.
	led(ctx context.Context) bool
	// voters are the servers that Raft counts, with their ports, as this server's agent knows them.
	voters(ctx context.Context) ([]voter, error)
	// living are the addresses of those of them that EC2 shows or that answer.
	living(ctx context.Context, voters []voter) ([]string, error)
}

// recovery restores a majority when the lost one does not come back.
type recovery struct {
	among   survivors
	dataDir string
	every   time.Duration
	// restart ends the agent so that it starts again.
	restart func() error
	// recovered is called when there is a leader again.
	recovered func(context.Context)
}

// run looks until ctx ends.
func (r *recovery) run(ctx context.Context) {
	for {
		left := r.untilLost(ctx)
		if left == nil {
			return
		}
		fmt.Fprintf(os.Stderr, "consul server: most servers are gone for good; going on with the %d left\n", len(left))
		if err := r.goOn(left); err != nil {
			fmt.Fprintln(os.Stderr, "consul server: cannot go on with the servers that are left:", err)
		} else if r.untilLed(ctx) {
			r.recovered(ctx)
		}
		if !pause(ctx, recoveryPause) {
			return
		}
	}
}

// untilLost returns the servers that are left once they are too few to elect a leader and no others are to
// come; nil when ctx ends.
func (r *recovery) untilLost(ctx context.Context) []voter {
	missed, equal := 0, 0
	var before []voter
	for pause(ctx, r.every) {
		left, lost := r.look(ctx, &missed)
		if !lost || !slices.Equal(left, before) {
			equal = 0
		}
		if before = left; lost {
			equal++
		}
		if equal >= settledFor {
			return left
		}
	}
	return nil
}

// look asks once. It returns the voters that are left and whether they are a minority without a leader.
func (r *recovery) look(ctx context.Context, missed *int) (left []voter, lost bool) {
	limited, cancel := context.WithTimeout(ctx, recoveryLimit)
	defer cancel()
	if r.among.led(limited) {
		*missed = 0
		return nil, false
	}
	if *missed++; *missed < leaderlessFor {
		return nil, false
	}
	all, err := r.among.voters(limited)
	if err != nil {
		return nil, false
	}
	living, err := r.among.living(limited, all)
	if err != nil {
		return nil, false
	}
	for _, each := range all {
		if slices.Contains(living, withoutPort(each.Address)) {
			left = append(left, each)
		}
	}
	return left, len(left) > 0 && 2*len(left) <= len(all)
}

// goOn makes these servers the only ones that count and starts the agent again.
func (r *recovery) goOn(left []voter) error {
	content, err := json.Marshal(left)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.dataDir, "raft", "peers.json"), content, 0o600); err != nil {
		return err
	}
	return r.restart()
}

func (r *recovery) untilLed(ctx context.Context) bool {
	for range int(recoveryPause / r.every) {
		if !pause(ctx, r.every) {
			return false
		}
		limited, cancel := context.WithTimeout(ctx, recoveryLimit)
		led := r.among.led(limited)
		cancel()
		if led {
			return true
		}
	}
	return false
}

// found is how a server finds the survivors.
type found struct {
	self      string
	questions leaderQuestions
	client    *api.Client
	// management are the tokens that may read the state of Raft.
	management func(context.Context) (secrets, error)
	// kept lists the servers that EC2 shows and that have not ended for good.
	kept func(context.Context) ([]server, error)
}

func (f found) led(ctx context.Context) bool { return f.questions.seesLeader(ctx, f.self) }

func (f found) voters(ctx context.Context) ([]voter, error) {
	held, err := f.management(ctx)
	if err != nil {
		return nil, err
	}
	problem := errors.New("there is no management token")
	for _, token := range held.management {
		options := asking(ctx, token)
		// Nobody else is there to ask.
		options.AllowStale = true
		known, err := f.client.Operator().RaftGetConfiguration(options)
		if err != nil {
			problem = err
			continue
		}
		var all []voter
		for _, each := range known.Servers {
			if each.Voter {
				all = append(all, voter{ID: each.ID, Address: each.Address})
			}
		}
		return all, nil
	}
	return nil, problem
}

func (f found) living(ctx context.Context, voters []voter) ([]string, error) {
	shown, err := f.kept(ctx)
	if err != nil {
		return nil, err
	}
	living := []string{f.self}
	for _, each := range shown {
		living = append(living, each.address)
	}
	for _, each := range voters {
		address := withoutPort(each.Address)
		if slices.Contains(living, address) {
			continue
		}
		if _, err := f.questions.leaderOf(ctx, address); err == nil {
			living = append(living, address)
		}
	}
	return living, nil
}
