package main

import (
	"context"
	"net"
)

// asked is the cluster as its agents describe it.
type asked struct {
	self      string
	questions leaderQuestions
}

func (a asked) members(ctx context.Context) ([]string, error) {
	peers, err := a.questions.raftPeers(ctx, a.self)
	for i, peer := range peers {
		peers[i] = withoutPort(peer)
	}
	return peers, err
}

func (a asked) leaderOf(ctx context.Context, address string) (string, error) {
	leader, err := a.questions.leaderOf(ctx, address)
	return withoutPort(leader), err
}

func withoutPort(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
