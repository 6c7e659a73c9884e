package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// village is a cluster in which a test decides who answers what.
type village struct {
	mu      sync.Mutex
	all     []string
	leaders map[string]string
	silent  map[string]error
}

func newVillage(count int) *village {
	v := &village{leaders: map[string]string{}, silent: map[string]error{}}
	for i := range count {
		address := fmt.Sprintf("10.0.0.%d", i+1)
		v.all = append(v.all, address)
		v.leaders[address] = "10.0.0.1"
	}
	return v
}

func (v *village) change(change func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change()
}

func (v *village) members(context.Context) ([]string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.all), nil
}

func (v *village) leaderOf(_ context.Context, address string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.leaders[address], v.silent[address]
}

// words are what was said, each with its speaker.
type words struct {
	mu   sync.Mutex
	said []string
}

func (w *words) of(self string, answer error) func(context.Context, []string) error {
	return func(_ context.Context, silent []string) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.said = append(w.said, self+": "+strings.Join(silent, " "))
		return answer
	}
}

func (w *words) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.said)
}

// watchers are a village's neighbours as seen by the servers at these addresses, looking often.
func watchers(t *testing.T, v *village, w *words, answer error, addresses ...string) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	for _, self := range addresses {
		n := newNeighbours(self, v, w.of(self, answer))
		n.every = 10 * time.Millisecond
		go n.run(ctx)
	}
}

func TestARefusingNeighbourIsReportedOnceByTheFirstServerAndOnceByTheSecond(t *testing.T) {
	v, w := newVillage(5), &words{}
	watchers(t, v, w, nil, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
	time.Sleep(100 * time.Millisecond)
	v.change(func() { v.silent["10.0.0.5"] = syscall.ECONNREFUSED })
	time.Sleep(200 * time.Millisecond)
	if said := w.all(); !slices.Equal(said, []string{"10.0.0.1: 10.0.0.5"}) {
		t.Fatalf("said at once: %v", said)
	}
	time.Sleep(speakerPause + speakerPause/2)
	if said := w.all(); !slices.Equal(said, []string{"10.0.0.1: 10.0.0.5", "10.0.0.2: 10.0.0.5"}) {
		t.Fatalf("said: %v", said)
	}
}

func TestANeighbourThatComesAndGoesIsNotReportedAgainForAWhile(t *testing.T) {
	v, w := newVillage(3), &words{}
	watchers(t, v, w, nil, "10.0.0.1")
	for range 5 {
		time.Sleep(100 * time.Millisecond)
		v.change(func() { v.silent["10.0.0.3"] = syscall.ECONNREFUSED })
		time.Sleep(100 * time.Millisecond)
		v.change(func() { delete(v.silent, "10.0.0.3") })
	}
	// That it was silent, and that it answers again.
	if said := w.all(); !slices.Equal(said, []string{"10.0.0.1: 10.0.0.3", "10.0.0.1: "}) {
		t.Fatalf("said: %v", said)
	}
}

func TestANeighbourThatAnswersAgainIsReportedOnceItKnowsALeader(t *testing.T) {
	v, w := newVillage(3), &words{}
	watchers(t, v, w, nil, "10.0.0.1")
	time.Sleep(100 * time.Millisecond)
	v.change(func() { v.silent["10.0.0.3"] = syscall.ECONNREFUSED })
	time.Sleep(100 * time.Millisecond)
	v.change(func() { delete(v.silent, "10.0.0.3"); v.leaders["10.0.0.3"] = "" })
	time.Sleep(100 * time.Millisecond)
	if said := w.all(); len(said) != 1 {
		t.Fatalf("said of one that has no leader yet: %v", said)
	}
	v.change(func() { v.leaders["10.0.0.3"] = "10.0.0.1" })
	time.Sleep(100 * time.Millisecond)
	if said := w.all(); !slices.Equal(said, []string{"10.0.0.1: 10.0.0.3", "10.0.0.1: "}) {
		t.Fatalf("said: %v", said)
	}
}

func TestNothingIsSaid(t *testing.T) {
	late, refused := errors.New("late"), syscall.ECONNREFUSED
	for name, happens := range map[string]func(v *village){
		"by a server that is cut off":                   func(v *village) { v.silent["10.0.0.2"], v.silent["10.0.0.3"] = late, late },
		"while the others still follow the dead leader": func(v *village) { v.silent["10.0.0.3"] = refused; v.leaders["10.0.0.2"] = "10.0.0.3" },
		"while there is no leader":                      func(v *village) { v.silent["10.0.0.3"] = refused; v.leaders["10.0.0.2"] = "" },
		"about a server that left in good order":        func(v *village) { v.silent["10.0.0.3"] = refused; v.all = v.all[:2] },
		"about a server that has never answered":        func(v *village) { v.silent["10.0.0.4"] = refused; v.all = append(v.all, "10.0.0.4") },
		"while everybody answers":                       func(*village) {},
		"when its own agent does not answer":            func(v *village) { v.silent["10.0.0.3"], v.silent["10.0.0.1"] = refused, late },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, w := newVillage(3), &words{}
			watchers(t, v, w, nil, "10.0.0.1")
			time.Sleep(100 * time.Millisecond)
			v.change(func() { happens(v) })
			time.Sleep(300 * time.Millisecond)
			if said := w.all(); len(said) > 0 {
				t.Fatalf("said: %v", said)
			}
		})
	}
}

func TestAServerThatLeavesDuringASuspicionEndsItQuietly(t *testing.T) {
	w := &words{}
	n := newNeighbours("10.0.0.1", newVillage(3), w.of("10.0.0.1", nil))
	n.speak(context.Background(), "10.0.0.3")
	if said := w.all(); len(said) > 0 {
		t.Fatalf("said: %v", said)
	}
}

func TestOneOrTwoLateAnswersAreNotADeath(t *testing.T) {
	n := newNeighbours("10.0.0.1", newVillage(3), nil)
	late := errors.New("late")
	for round, answer := range []error{nil, late, late, nil, late, late, nil} {
		if n.note("10.0.0.2", answer) {
			t.Fatalf("suspected at look %d", round)
		}
	}
	if n.note("10.0.0.2", late) || n.note("10.0.0.2", late) || !n.note("10.0.0.2", late) {
		t.Fatal("not suspected at the third look")
	}
	if n.note("10.0.0.2", late) {
		t.Fatal("suspected twice")
	}
}

func TestTwoServersThatDieTogetherAreNamedTogether(t *testing.T) {
	v, w := newVillage(5), &words{}
	watchers(t, v, w, nil, "10.0.0.1")
	time.Sleep(100 * time.Millisecond)
	v.change(func() { v.silent["10.0.0.4"], v.silent["10.0.0.5"] = syscall.ECONNREFUSED, syscall.ECONNREFUSED })
	time.Sleep(200 * time.Millisecond)
	if said := w.all(); !slices.Contains(said, "10.0.0.1: 10.0.0.4 10.0.0.5") {
		t.Fatalf("said: %v", said)
	}
}

func TestAReportThatFailsIsSentThreeTimes(t *testing.T) {
	v, w := newVillage(3), &words{}
	watchers(t, v, w, errors.New("refused"), "10.0.0.1")
	time.Sleep(100 * time.Millisecond)
	v.change(func() { v.silent["10.0.0.3"] = syscall.ECONNREFUSED })
	time.Sleep(300 * time.Millisecond)
	if said := w.all(); len(said) != wordTries {
		t.Fatalf("said: %v", said)
	}
}
