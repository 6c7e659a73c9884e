package main

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// heard is what the control plane was told and when.
type heard struct {
	mu   sync.Mutex
	text []string
	at   []time.Time
}

func (h *heard) take(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, r.URL.Path+" "+r.Header.Get("X-Amz-Invocation-Type")+" "+string(body))
	h.at = append(h.at, time.Now())
}

func (h *heard) since(moment time.Time) (first time.Duration, text []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, at := range h.at {
		if at.After(moment) {
			if text == nil {
				first = at.Sub(moment)
			}
			text = append(text, h.text[i])
		}
	}
	return first, text
}

func TestServersTellOfOneThatIsKilledOrHangs(t *testing.T) {
	c := newCloud(t, 30)
	c.launch(3)
	leader := c.untilOne(40 * time.Second)
	others := slices.DeleteFunc(c.machines(), func(m *machine) bool { return m == leader })
	time.Sleep(time.Second)
	// The server that formed the cluster asks for a round, once.
	want := `/2015-03-31/functions/nanofleet-test-reconcile/invocations Event {"silent":[]}`
	if _, text := c.heard.since(time.Time{}); !slices.Equal(text, []string{want}) {
		t.Fatalf("said of a healthy cluster: %v", text)
	}
	for _, end := range []struct {
		how    string
		who    *machine
		signal syscall.Signal
		within time.Duration
	}{
		{"a follower is killed", others[0], syscall.SIGKILL, 2 * time.Second},
		{"a follower hangs", others[1], syscall.SIGSTOP, 4 * time.Second},
		{"the leader is killed", leader, syscall.SIGKILL, 5 * time.Second},
	} {
		begin := time.Now()
		if err := end.who.command.Process.Signal(end.signal); err != nil {
			t.Fatal(err)
		}
		for {
			if _, text := c.heard.since(begin); len(text) > 0 || time.Since(begin) > 7*time.Second {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		// Time for the second speaker, and for one too many.
		time.Sleep(2 * speakerPause)
		first, text := c.heard.since(begin)
		t.Logf("%s: said after %s", end.how, first.Round(10*time.Millisecond))
		want := `/2015-03-31/functions/nanofleet-test-reconcile/invocations Event {"silent":["` + end.who.address + `"]}`
		other := slices.ContainsFunc(text, func(each string) bool { return each != want })
		if len(text) == 0 || len(text) > speakers || first > end.within || other {
			t.Errorf("%s: said after %s: %v, want %s", end.how, first, text, want)
		}
		if end.signal == syscall.SIGKILL {
			<-end.who.ended
			c.start(end.who)
		} else if err := end.who.command.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		leader = c.untilOne(40 * time.Second)
		// Time for the word that it answers again.
		time.Sleep(2 * time.Second)
	}
}
