// Package resolver finds other services by their names in Consul. On AWS the resolver of the network answers;
// in the local region it is the one that RESOLVER names.
package resolver

import (
	"context"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// A server that is gone must not hold up a question for long.
const patience = 2 * time.Second

// Use lets everything in this program that looks up a name use the resolvers of RESOLVER, `address:port`,
// separated by commas. Without the variable nothing changes. Call it first in main.
func Use() {
	if given := os.Getenv("RESOLVER"); given != "" {
		net.DefaultResolver = Through(strings.Split(given, ",")...)
	}
}

// Through asks these servers; the next one, if one cannot be asked.
func Through(servers ...string) *net.Resolver {
	var turn atomic.Uint32
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		server := servers[int(turn.Add(1)-1)%len(servers)]
		return (&net.Dialer{Timeout: patience}).DialContext(ctx, network, server)
	}
	return &net.Resolver{PreferGo: true, Dial: dial}
}

// Instances are the addresses, `host:port`, of all healthy instances of a service. Its name is looked up with
// the search list of this machine, such as "go-app" or "go-app.service.consul".
func Instances(ctx context.Context, service, port string) ([]string, error) {
	hosts, err := net.DefaultResolver.LookupHost(ctx, service)
	if err != nil {
		return nil, err
	}
	addresses := make([]string, len(hosts))
	for at, host := range hosts {
		addresses[at] = net.JoinHostPort(host, port)
	}
	return addresses, nil
}
