package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"
)

// leaderQuestions is the client for questions to agents; a healthy agent answers this one from memory.
var leaderQuestions = &http.Client{Timeout: 2 * time.Second}

// seesLeader reports whether the agent at address belongs to a cluster that has a leader (Consul documentation,
// "Status HTTP API"). One that does not answer has not started, or it is gone.
func seesLeader(ctx context.Context, address string) bool {
	url := "http://" + net.JoinHostPort(address, "8500") + "/v1/status/leader"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := leaderQuestions.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var leader string
	return json.NewDecoder(response.Body).Decode(&leader) == nil && leader != ""
}

// anySeesLeader asks all addresses at once.
func anySeesLeader(ctx context.Context, addresses []string) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan bool, len(addresses))
	for _, address := range addresses {
		go func() { answers <- seesLeader(ctx, address) }()
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
