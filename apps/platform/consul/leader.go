package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

// The ports on which the agents answer ("Required ports" in Consul's documentation).
const (
	httpsPort = "8501"
	rpcPort   = "8300"
)

// leaderQuestions asks agents whether there is a leader; a healthy agent answers from memory and needs no
// token for it.
type leaderQuestions struct{ client *http.Client }

// newLeaderQuestions trusts agents whose certificates an authority signed.
func newLeaderQuestions(shown *credentials) leaderQuestions {
	return leaderQuestions{&http.Client{Timeout: 2 * time.Second, Transport: shown.transport()}}
}

// leaderOf returns the leader according to the agent at address, with its port; empty while it knows none
// (Consul documentation, "Status HTTP API"). An agent that does not answer has not started, or is gone.
func (q leaderQuestions) leaderOf(ctx context.Context, address string) (string, error) {
	var leader string
	err := q.ask(ctx, address, "leader", &leader)
	return leader, err
}

// raftPeers returns the servers of the cluster, with their ports, as the agent at address knows them from
// Raft, including itself.
func (q leaderQuestions) raftPeers(ctx context.Context, address string) ([]string, error) {
	var peers []string
	err := q.ask(ctx, address, "peers", &peers)
	return peers, err
}

func (q leaderQuestions) ask(ctx context.Context, address, what string, into any) error {
	url := "https://" + net.JoinHostPort(address, httpsPort) + "/v1/status/" + what
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := q.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return err
	}
	// A connection is reused only if its answer was read to the end.
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// seesLeader reports whether the agent at address belongs to a cluster with a leader.
func (q leaderQuestions) seesLeader(ctx context.Context, address string) bool {
	leader, err := q.leaderOf(ctx, address)
	return err == nil && leader != ""
}

// anySeesLeader asks all addresses at the same time.
func (q leaderQuestions) anySeesLeader(ctx context.Context, addresses []string) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan bool, len(addresses))
	for _, address := range addresses {
		go func() { answers <- q.seesLeader(ctx, address) }()
	}
	for range addresses {
		if <-answers {
			return true
		}
	}
	return false
}

// outlook is what a server sees of its cluster.
type outlook int

const (
	// led: there is a leader.
	led outlook = iota
	// leaderless: there is none, and other servers say so too.
	leaderless
	// alone: no other server answers.
	alone
)

// outlook asks the agent at address, and if it knows no leader the other servers.
func (q leaderQuestions) outlook(ctx context.Context, address string) outlook {
	if q.seesLeader(ctx, address) {
		return led
	}
	peers, err := q.raftPeers(ctx, address)
	if err != nil {
		return leaderless
	}
	for _, peer := range peers {
		if other := withoutPort(peer); other != address {
			if _, err := q.leaderOf(ctx, other); err == nil {
				return leaderless
			}
		}
	}
	return alone
}

// untilLeaderless returns when a server has been without a leader for looks in a row, every apart, or for
// aloneLooks if no other server answers; or when ctx ends. It counts looks instead of time, so that a
// machine's sleep does not count.
func untilLeaderless(
	ctx context.Context, look func(context.Context) outlook, looks, aloneLooks int, every time.Duration,
) {
	for missed := 0; pause(ctx, every); {
		seen := look(ctx)
		if missed++; seen == led {
			missed = 0
		}
		if missed >= aloneLooks || (missed >= looks && seen == leaderless) {
			return
		}
	}
}
