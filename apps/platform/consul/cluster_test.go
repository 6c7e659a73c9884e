package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// view is what a server says about its cluster.
type view struct {
	leader string
	peers  []string
	voters int
}

func (c *cloud) ask(ctx context.Context, m *machine) (view, error) {
	var seen view
	var raft struct{ Servers []struct{ Voter bool } }
	questions := map[string]any{"status/leader": &seen.leader, "status/peers": &seen.peers, "operator/raft/configuration": &raft}
	for path, into := range questions {
		if err := c.get(ctx, m, path, c.held.management[0], into); err != nil {
			return view{}, err
		}
	}
	slices.Sort(seen.peers)
	for _, each := range raft.Servers {
		if each.Voter {
			seen.voters++
		}
	}
	return seen, nil
}

// get asks a server's HTTP API with a token.
func (c *cloud) get(ctx context.Context, m *machine, path, token string, into any) error {
	known, err := parseAuthorities(c.hold(func(*secrets) {}).authorities)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: known.pool()}, DisableKeepAlives: true,
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+m.address+":8501/v1/"+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("X-Consul-Token", token)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s: %d %s", path, response.StatusCode, text)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// untilOne waits until all running servers vote and name the same leader and one another as peers, and
// returns the leader.
func (c *cloud) untilOne(within time.Duration) *machine {
	c.t.Helper()
	running := c.machines()
	want := []string{}
	for _, m := range running {
		want = append(want, m.address+":8300")
	}
	slices.Sort(want)
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		views := []view{}
		for _, m := range running {
			seen, err := c.ask(ctx, m)
			whole := seen.voters == len(running) && slices.Equal(seen.peers, want)
			if err == nil && seen.leader != "" && whole {
				views = append(views, seen)
			}
		}
		others := func(v view) bool { return v.leader != views[0].leader }
		if len(views) == len(running) && !slices.ContainsFunc(views, others) {
			leads := func(m *machine) bool { return m.address+":8300" == views[0].leader }
			return running[slices.IndexFunc(running, leads)]
		}
		if !pause(ctx, 100*time.Millisecond) {
			for _, m := range running {
				seen, err := c.ask(context.Background(), m)
				log, _ := os.ReadFile(filepath.Join(m.folder, "log"))
				c.t.Logf("%s: %+v, error %v\n%s", m.address, seen, err, log[max(0, len(log)-1500):])
			}
			c.t.Fatalf("no single cluster of %v within %s", want, within)
		}
	}
}

func TestServersStartedAtOnceElectOneLeaderWithinSeconds(t *testing.T) {
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			c := newCloud(t, round)
			begin := time.Now()
			c.launch([]int{3, 5, 1, 3, 3}[round])
			c.untilOne(40 * time.Second)
			t.Logf("one leader after %s", time.Since(begin).Round(100*time.Millisecond))
		})
	}
}

func TestAClusterGrowsLosesItsLeaderAndRestarts(t *testing.T) {
	c := newCloud(t, 10)
	c.launch(1)
	c.untilOne(40 * time.Second)
	c.launch(2)
	leader := c.untilOne(40 * time.Second)
	if testing.Short() {
		return
	}

	c.kill(leader)
	c.start(leader)
	c.untilOne(40 * time.Second)

	for _, m := range c.machines() {
		c.kill(m)
	}
	for _, m := range c.machines() {
		c.start(m)
	}
	leader = c.untilOne(40 * time.Second)

	if err := leader.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	<-leader.ended
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s to leave; an instance has 5 s to shut down", took)
	}
	c.forget(leader)
	c.untilOne(20 * time.Second)
}
