package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// entrance is how a server enters the cluster: with which peers, and whether it forms a new one.
type entrance struct {
	peers     []string
	bootstrap bool
}

// settledLooks is how many identical answers in a row the founder waits for: EC2 is eventually consistent,
// and two servers launched together that do not see each other yet would both found a cluster.
const settledLooks = 3

// surroundings is what a starting server can ask.
type surroundings struct {
	// servers lists the Consul servers in the VPC, including this one, longest running first.
	servers func(context.Context) ([]server, error)
	// leader reports whether one of the agents at these addresses knows a leader.
	leader func(context.Context, []string) bool
	every  time.Duration
}

// findEntrance decides between founding a cluster and joining one. Consul's bootstrap_expect needs the number
// of servers, which changes with every scaling, and with 1 it lets a newcomer elect itself next to a leader
// that is silent for a moment. So exactly one server may found a cluster, the one that has run longest, and
// only while nobody knows a leader; all others wait for it. A server with its own state never founds: its
// state says who the others are.
func findEntrance(
	ctx context.Context, instanceID string, withState bool, around surroundings,
) (entrance, error) {
	problem := errors.New("EC2 has not answered")
	var before []server
	for equal := 0; ; {
		servers, err := around.servers(ctx)
		if err != nil {
			problem, equal, before = err, 0, nil
		} else {
			peers := peersOf(instanceID, servers)
			if withState || around.leader(ctx, peers) {
				return entrance{peers: peers}, nil
			}
			if !slices.Equal(servers, before) {
				before, equal = servers, 0
			}
			equal++
			founder := servers[0].instanceID
			if founder == instanceID && equal >= settledLooks {
				return entrance{peers: peers, bootstrap: true}, nil
			}
			problem = fmt.Errorf("no server knows a leader; %s has run longest and should have formed the cluster", founder)
		}
		if !pause(ctx, around.every) {
			return entrance{}, problem
		}
	}
}
