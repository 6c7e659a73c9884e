package main

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var (
	first  = server{"i-1", "10.0.0.1", time.Unix(100, 0)}
	second = server{"i-2", "10.0.0.2", time.Unix(200, 0)}
	third  = server{"i-3", "10.0.0.3", time.Unix(200, 0)}
)

// look is one answer from EC2, and whether a peer knows a leader at that time.
type look struct {
	servers []server
	err     error
	leader  bool
}

// enter runs findEntrance for instanceID through the looks, repeating the last one, and counts them.
func enter(t *testing.T, instanceID string, withState bool, looks ...look) (entrance, int, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	asked := 0
	now := func() look { return looks[min(max(asked, 1), len(looks))-1] }
	found, err := findEntrance(ctx, instanceID, withState, surroundings{
		servers: func(context.Context) ([]server, error) { asked++; return now().servers, now().err },
		leader:  func(context.Context, []string) bool { return now().leader },
		every:   time.Millisecond,
	})
	return found, asked, err
}

func TestTheLongestRunningServerFoundsTheCluster(t *testing.T) {
	found, asked, err := enter(t, "i-1", false, look{servers: []server{first, second, third}})
	want := entrance{peers: []string{"10.0.0.2", "10.0.0.3"}, bootstrap: true}
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Fatalf("%+v, error %v", found, err)
	}
	if asked != settledLooks {
		t.Errorf("it founded after %d looks", asked)
	}
}

func TestASingleServerFoundsItsCluster(t *testing.T) {
	found, _, err := enter(t, "i-1", false, look{servers: []server{first}})
	if err != nil || !found.bootstrap {
		t.Fatalf("%+v, error %v", found, err)
	}
}

func TestAServerThatSeesAnOlderOneLateDoesNotFound(t *testing.T) {
	alone, both := look{servers: []server{second}}, look{servers: []server{first, second}}
	led := look{servers: both.servers, leader: true}
	found, _, err := enter(t, "i-2", false, alone, alone, both, both, both, led)
	if err != nil || found.bootstrap {
		t.Fatalf("%+v, error %v", found, err)
	}
}

func TestANewcomerJoinsAnyServerThatKnowsALeader(t *testing.T) {
	for _, id := range []string{"i-1", "i-2", "i-3"} {
		found, asked, err := enter(t, id, false, look{servers: []server{first, second, third}, leader: true})
		if err != nil || found.bootstrap || asked != 1 {
			t.Errorf("%s: %+v after %d looks, error %v", id, found, asked, err)
		}
	}
}

func TestANewcomerWaitsForTheFounderAndSaysSoWhenItGivesUp(t *testing.T) {
	_, asked, err := enter(t, "i-3", false, look{servers: []server{first, second, third}})
	if err == nil || !strings.Contains(err.Error(), "i-1") || asked <= settledLooks {
		t.Fatalf("after %d looks, error %v", asked, err)
	}
}

func TestAServerReplacesTheFounderWhenItIsGone(t *testing.T) {
	both, alone := look{servers: []server{first, second}}, look{servers: []server{second}}
	found, _, err := enter(t, "i-2", false, both, both, alone)
	if err != nil || !found.bootstrap {
		t.Fatalf("%+v, error %v", found, err)
	}
}

func TestARestartedServerGoesBackToItsCluster(t *testing.T) {
	found, asked, err := enter(t, "i-1", true, look{servers: []server{first, second, third}})
	if err != nil || found.bootstrap || asked != 1 {
		t.Fatalf("%+v after %d looks, error %v", found, asked, err)
	}
}

func TestARefusedCallToEC2IsRetriedAndThenReported(t *testing.T) {
	refused := look{err: errors.New("RequestLimitExceeded")}
	_, asked, err := enter(t, "i-1", false, refused)
	if err == nil || !strings.Contains(err.Error(), "RequestLimit") || asked < 3 {
		t.Errorf("after %d looks, error %v", asked, err)
	}
	found, _, err := enter(t, "i-1", false, refused, look{servers: []server{first}})
	if err != nil || !found.bootstrap {
		t.Errorf("%+v, error %v", found, err)
	}
}

func TestAServerWithoutALeaderWaitsForThisManyLooksInARowAndLongerWhenAlone(t *testing.T) {
	for _, answers := range [][]outlook{
		{leaderless, leaderless, led, leaderless, leaderless, leaderless},
		{alone, alone, alone, leaderless},
		{led, alone, alone, alone, alone, alone},
	} {
		asked := 0
		next := func(context.Context) outlook { asked++; return answers[asked-1] }
		untilLeaderless(context.Background(), next, 3, 5, time.Millisecond)
		if asked != len(answers) {
			t.Errorf("%v: it gave up after %d looks", answers, asked)
		}
	}
}
