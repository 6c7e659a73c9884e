package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// register registers a service without a check at the server's own agent.
func (c *cloud) register(m *machine, name string) {
	c.t.Helper()
	body := fmt.Sprintf(`{"Name": %q, "Address": %q}`, name, m.address)
	if said := c.send(m, http.MethodPut, "v1/agent/service/register", c.held.management[0], body); said.status != http.StatusOK {
		c.t.Fatalf("the agent of %s answered %v", m.address, said)
	}
}

// named asks the DNS of one server for the addresses of a service.
func named(m *machine, name string) []string {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", m.address+":8600")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	resolver := net.Resolver{PreferGo: true, Dial: dial}
	found, _ := resolver.LookupHost(ctx, name+".service.consul.")
	slices.Sort(found)
	return found
}

// silences looks at a name all the time and keeps the longest time in which it was not found.
func silences(m *machine, name string) (longest func() time.Duration) {
	var most atomic.Int64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		last := time.Now()
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
			if since := time.Since(last); len(named(m, name)) > 0 {
				last = time.Now()
			} else if int64(since) > most.Load() {
				most.Store(int64(since))
			}
		}
	}()
	return func() time.Duration { close(done); <-ended; return time.Duration(most.Load()) }
}

func TestTheServerThatIsLeftOfThreeGoesOnWithItsDataAndItsNames(t *testing.T) {
	c := newCloud(t, 40)
	c.launch(3)
	leader := c.untilOne(40 * time.Second)
	for _, m := range c.machines() {
		c.register(m, "web")
	}
	left := slices.DeleteFunc(c.machines(), func(m *machine) bool { return m == leader })[0]
	for len(named(left, "web")) < 3 {
		time.Sleep(100 * time.Millisecond)
	}
	longest := silences(left, "web")
	begin := time.Now()
	for _, m := range c.machines() {
		if m != left {
			c.kill(m)
			c.forget(m)
		}
	}
	c.launch(2)
	time.Sleep(2 * time.Second)
	if found := named(left, "web"); len(found) != 3 {
		t.Errorf("without a majority its DNS answers %v", found)
	}
	c.untilOne(30*time.Second - time.Since(begin))
	whole := time.Since(begin)
	first, text := c.heard.since(begin)
	silent := longest()
	t.Logf("whole after %s, asked for a round after %s, silent for %s", whole.Round(100*time.Millisecond),
		first.Round(100*time.Millisecond), silent.Round(100*time.Millisecond))
	if found := named(left, "web"); !reflect.DeepEqual(found, []string{left.address}) {
		t.Errorf("what was registered at it is found at %v", found)
	}
	if silent > 15*time.Second {
		t.Errorf("its DNS was silent for %s", silent)
	}
	said := func(each string) bool { return strings.HasSuffix(each, `Event {"silent":[]}`) }
	if !slices.ContainsFunc(text, said) {
		t.Errorf("no round was asked for: %v", text)
	}
}

// few is a cluster of which EC2 shows some.
type few struct {
	leads func() bool
	known []voter
	shows func() ([]string, error)
}

func (f few) led(context.Context) bool                          { return f.leads() }
func (f few) voters(context.Context) ([]voter, error)           { return f.known, nil }
func (f few) living(context.Context, []voter) ([]string, error) { return f.shows() }
func three() []voter                                            { return voters("10.0.0.1", "10.0.0.2", "10.0.0.3") }
func voters(addresses ...string) (all []voter) {
	for _, address := range addresses {
		all = append(all, voter{ID: "id-" + address, Address: address + ":8300"})
	}
	return all
}

func TestServersGoOnAloneOnlyWhenMostAreGoneForGood(t *testing.T) {
	never := func() bool { return false }
	lists := func(all ...[]string) func() ([]string, error) {
		at := -1
		return func() ([]string, error) {
			at = min(at+1, len(all)-1)
			if all[at] == nil {
				return nil, errors.New("EC2 does not answer")
			}
			return all[at], nil
		}
	}
	one, two := []string{"10.0.0.1"}, []string{"10.0.0.1", "10.0.0.2"}
	for _, example := range []struct {
		name   string
		leads  func() bool
		known  []voter
		living func() ([]string, error)
		want   []voter
	}{
		{"one of three", never, three(), lists(one), voters("10.0.0.1")},
		{"two of five", never, append(three(), voters("10.0.0.4", "10.0.0.5")...), lists(two), voters("10.0.0.1", "10.0.0.2")},
		{"one of two", never, voters("10.0.0.1", "10.0.0.2"), lists(one), voters("10.0.0.1")},
		{"once EC2 agrees with itself", never, three(), lists(one, one, nil, one, two, one), voters("10.0.0.1")},
		{"not two of three, which can elect a leader", never, three(), lists(two), nil},
		{"not with a leader", func() bool { return true }, three(), lists(one), nil},
		{"not while EC2 is silent", never, three(), lists(nil), nil},
		{"not one that does not count", never, voters("10.0.0.8", "10.0.0.9"), lists(one), nil},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		r := recovery{among: few{example.leads, example.known, example.living}, every: time.Millisecond}
		if left := r.untilLost(ctx); !reflect.DeepEqual(left, example.want) {
			t.Errorf("%s: %v", example.name, left)
		}
		cancel()
	}
}

func TestTheListOfThoseLeftIsWhatConsulReads(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "raft"), 0o700); err != nil {
		t.Fatal(err)
	}
	restarted := false
	r := recovery{dataDir: folder, restart: func() error { restarted = true; return nil }}
	if err := r.goOn(voters("10.0.0.1")); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, "raft", "peers.json"))
	want := `[{"id":"id-10.0.0.1","address":"10.0.0.1:8300","non_voter":false}]`
	if err != nil || string(content) != want || !restarted {
		t.Errorf("%s, error %v, restarted %t", content, err, restarted)
	}
}
