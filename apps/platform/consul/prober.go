package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// Consul has no check that speaks Redis, and its scripts are off. Such a check is registered as an HTTP check
// of this program (core/registration/prober.ts), which asks the instance and says what it heard.
const (
	proberPort   = "8599"
	proberHeader = "X-Nanofleet-Probe"
	// proberAtOnce bounds the questions under way; one beyond that waits.
	proberAtOnce = 256
	// probeLimit is for a check that does not say how long it waits: Consul's own default.
	probeLimit = 10 * time.Second
)

// prober answers this server's own agent and nobody else. It listens at the server's address, because in the
// local region all servers share 127.0.0.1.
type prober struct {
	own netip.Addr
	// networks are the VPC's: nothing else is asked.
	networks []netip.Prefix
	slots    chan struct{}
}

// ask asks an instance in one protocol: what it said, and whether that is what a healthy one says.
type ask func(ctx context.Context, address string) (said string, err error)

var spoken = map[string]ask{"redis": pingRedis}

// serveProber answers until the program ends.
func serveProber(self identity) error {
	own, err := netip.ParseAddr(self.address)
	if err != nil {
		return fmt.Errorf("cannot read this server's address: %w", err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(self.address, proberPort))
	if err != nil {
		return fmt.Errorf("cannot answer the checks of this server: %w", err)
	}
	server := &http.Server{
		Handler:           newProber(own, self.networks),
		ReadHeaderTimeout: 2 * time.Second,
		IdleTimeout:       10 * time.Second,
		MaxHeaderBytes:    4 << 10,
	}
	go func() { _ = server.Serve(listener) }()
	return nil
}

func newProber(own netip.Addr, networks []netip.Prefix) *prober {
	return &prober{own: own, networks: networks, slots: make(chan struct{}, proberAtOnce)}
}

// ServeHTTP answers `GET /<protocol>/<address>:<port>?within=<duration>` with 200 or 503 and one line; with
// 429, which Consul takes for a warning, when there are too many questions.
func (p *prober) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A page in a browser can send neither this header nor, on AWS, anything from this address.
	if !p.isOwn(r.RemoteAddr) || r.Header.Get(proberHeader) == "" || r.Method != http.MethodGet {
		http.Error(w, "only this server's own agent may ask", http.StatusForbidden)
		return
	}
	protocol, place, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	question := spoken[protocol]
	address, err := netip.ParseAddrPort(place)
	if question == nil || err != nil || !p.mayAsk(address) {
		http.Error(w, "not an instance of the network, or not a protocol to ask in", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience(r.URL.Query().Get("within")))
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		http.Error(w, "too many questions under way", http.StatusTooManyRequests)
		return
	}
	said, err := question(ctx, address.String())
	if err != nil {
		http.Error(w, fmt.Sprintf("%s at %s %s", protocol, address, err), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "%s at %s answers %s\n", protocol, address, said)
}

// isOwn reports whether a connection comes from this machine.
func (p *prober) isOwn(remote string) bool {
	from, err := netip.ParseAddrPort(remote)
	return err == nil && (from.Addr() == p.own || from.Addr().IsLoopback())
}

// mayAsk keeps the question inside the VPC and away from this machine.
func (p *prober) mayAsk(address netip.AddrPort) bool {
	if address.Port() == 0 || address.Addr() == p.own {
		return false
	}
	for _, network := range p.networks {
		if network.Contains(address.Addr()) {
			return true
		}
	}
	return false
}

func patience(given string) time.Duration {
	within, err := time.ParseDuration(given)
	if err != nil || within <= 0 {
		return probeLimit
	}
	return min(within, time.Minute)
}
