package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

// The ports at which the agents answer ("Required ports" of Consul's documentation).
const (
	httpsPort = "8501"
	rpcPort   = "8300"
)

// leaderQuestions asks agents whether there is a leader; a healthy agent answers from memory and wants no
// token for it.
type leaderQuestions struct{ client *http.Client }

// newLeaderQuestions trusts the agents whose certificates the authority signed.
func newLeaderQuestions(ca authority) leaderQuestions {
	trusting := &http.Transport{TLSClientConfig: ca.trust()}
	return leaderQuestions{&http.Client{Timeout: 2 * time.Second, Transport: trusting}}
}

// leaderOf returns the leader that the agent at address names, with its port; empty while it knows none
// (Consul documentation, "Status HTTP API"). One that does not answer has not started, or it is gone.
func (q leaderQuestions) leaderOf(ctx context.Context, address string) (string, error) {
	var leader string
	err := q.ask(ctx, address, "leader", &leader)
	return leader, err
}

// raftPeers returns the servers of the cluster, with their ports, as the agent at address knows them from
// Raft; itself among them.
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
	// Only a connection that was read to its end is used again.
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// seesLeader reports whether the agent at address belongs to a cluster that has a leader.
func (q leaderQuestions) seesLeader(ctx context.Context, address string) bool {
	leader, err := q.leaderOf(ctx, address)
	return err == nil && leader != ""
}

// anySeesLeader asks all addresses at once.
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

// untilLeaderless returns when sees has been false looks times in a row, every apart, or when ctx ends.
// Looks are counted instead of time, so that a machine that slept does not count its sleep.
func untilLeaderless(ctx context.Context, sees func(context.Context) bool, looks int, every time.Duration) {
	for missed := 0; missed < looks; {
		if !pause(ctx, every) {
			return
		}
		if sees(ctx) {
			missed = 0
		} else {
			missed++
		}
	}
}
