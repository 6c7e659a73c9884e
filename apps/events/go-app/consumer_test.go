package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"nanofleet/lib/go/logs"
)

const partitions = 6

// group is a cluster in this process, a client of it, and instances of this program that read as one group.
type group struct {
	t        *testing.T
	settings settings
	client   *kgo.Client
	mutex    sync.Mutex
	log      bytes.Buffer
}

func newGroup(t *testing.T) *group {
	t.Helper()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(3), kfake.SeedTopics(partitions, "events"), kfake.SeedTopics(1, "events-dead"),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	found, err := readSettings(func(name string) string {
		return map[string]string{"KAFKA_BROKERS": strings.Join(cluster.ListenAddrs(), ",")}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	found.backoff = time.Millisecond
	return &group{t: t, settings: found, client: client}
}

func (g *group) Write(line []byte) (int, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.log.Write(line)
}

// start lets an instance read until the returned function is called, which returns when it has left.
func (g *group) start(name string) func() {
	g.t.Helper()
	c, err := newConsumer(g.settings, name, logs.New(g), newReads())
	if err != nil {
		g.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.run(ctx)
		last, cancel := context.WithTimeout(context.Background(), leaving)
		defer cancel()
		c.leave(last)
	}()
	return sync.OnceFunc(func() { stop(); <-ended })
}

// send puts events with ids e<from>… to e<to-1> in, each with a body, spread over 20 keys.
func (g *group) send(from, to int, body string) {
	g.t.Helper()
	for at := from; at < to; at++ {
		key := fmt.Sprintf("k%d", at%20)
		value := fmt.Sprintf(`{"id":"e%d","key":"%s","body":%s}`, at, key, body)
		g.client.Produce(g.t.Context(), &kgo.Record{Topic: "events", Key: []byte(key), Value: []byte(value)}, nil)
	}
	if err := g.client.Flush(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
}

type line struct {
	read
	Message, Reason string
}

// lines are those about events.
func (g *group) lines() []line {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	var found []line
	for text := range strings.Lines(g.log.String()) {
		var one line
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			g.t.Fatalf("%s: %v", text, err)
		}
		if one.Outcome != "" {
			found = append(found, one)
		}
	}
	return found
}

func (g *group) until(count int) []line {
	g.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if found := g.lines(); len(found) >= count {
			return found
		} else if time.Now().After(end) {
			g.t.Fatalf("only %d of %d events were read: %s", len(found), count, g.log.String())
		}
	}
}

// lag is how much of the topic the group has not committed.
func (g *group) lag() int64 {
	g.t.Helper()
	admin := kadm.NewClient(g.client)
	lags, err := admin.Lag(g.t.Context(), g.settings.group)
	if err != nil || lags.Error() != nil {
		g.t.Fatal(err, lags.Error())
	}
	return lags[g.settings.group].Lag.Total()
}

func TestReadsEachEventOnceInTheOrderOfItsKeyWhileInstancesComeAndGo(t *testing.T) {
	g := newGroup(t)
	first := g.start("one")
	defer first()
	g.send(0, 300, `"x"`)
	g.until(100)
	second := g.start("two")
	g.send(300, 600, `"x"`)
	g.until(600)
	second()
	third := g.start("three")
	first()
	g.send(600, 900, `"x"`)
	g.until(900)
	third()
	if left := g.lag(); left != 0 {
		t.Errorf("%d events are not committed", left)
	}
	last, times := map[string]int{}, map[string]int{}
	for _, one := range g.lines() {
		var number int
		fmt.Sscanf(one.ID, "e%d", &number)
		times[one.ID]++
		if before, seen := last[one.Key]; seen && number < before {
			t.Errorf("%s came after e%d", one.ID, before)
		}
		last[one.Key] = number
	}
	if len(times) != 900 || len(g.lines()) != 900 {
		t.Errorf("%d events were read, %d times", len(times), len(g.lines()))
	}
}

func TestAnEventThatFailsIsDeadAfterThreeTimesAndSaysWhy(t *testing.T) {
	g := newGroup(t)
	g.send(0, 1, `{"fail": true}`)
	g.send(1, 2, `{"failTimes": 2}`)
	g.send(2, 3, `{"failTimes": 3}`)
	g.client.ProduceSync(t.Context(), &kgo.Record{
		Topic: "events", Value: []byte("no event"), Headers: []kgo.RecordHeader{{Key: idHeader, Value: []byte("odd")}},
	})
	defer g.start("one")()
	found := map[string]line{}
	for _, one := range g.until(4) {
		found[one.ID] = one
	}
	for id, wanted := range map[string]struct {
		attempt int
		outcome string
	}{"e0": {3, dead}, "e1": {3, done}, "e2": {3, dead}, "odd": {1, dead}} {
		one := found[id]
		if one.Attempt != wanted.attempt || one.Outcome != wanted.outcome || one.Instance != "one" {
			t.Errorf("%s: %+v", id, one)
		}
	}
	g.client.AddConsumeTopics("events-dead")
	letters := map[string]map[string]string{}
	for len(letters) < 3 {
		for _, record := range g.client.PollFetches(t.Context()).Records() {
			headers := map[string]string{}
			for _, each := range record.Headers {
				headers[each.Key] = string(each.Value)
			}
			letters[string(record.Value[:min(10, len(record.Value))])] = headers
		}
	}
	letter, of := letters[`{"id":"e0"`], found["e0"]
	wanted := map[string]string{
		"dead-reason": "the event asks to fail", "dead-attempts": "3", "dead-topic": "events", "dead-instance": "one",
		"dead-partition": fmt.Sprint(of.Partition), "dead-offset": fmt.Sprint(of.Offset),
	}
	for name, value := range wanted {
		if letter[name] != value {
			t.Errorf("%s is %q, not %q", name, letter[name], value)
		}
	}
	odd := letters["no event"]
	if odd[idHeader] != "odd" || !strings.HasPrefix(odd["dead-reason"], "not an event: ") {
		t.Errorf("the other one says %v", odd)
	}
}

func TestAPartitionThatFailsHoldsUpNoOther(t *testing.T) {
	g := newGroup(t)
	g.settings.backoff = time.Hour
	g.send(0, 1, `{"fail": true}`)
	g.send(1, 20, `"x"`)
	stop := g.start("one")
	found := g.until(10)
	if slices.ContainsFunc(found, func(one line) bool { return one.ID == "e0" }) {
		t.Error("the failing one does not wait")
	}
	// It ends at once all the same, and the event stays for others.
	stop()
	if left := g.lag(); left == 0 {
		t.Error("the failing one is committed")
	}
	g.settings.backoff = time.Millisecond
	defer g.start("two")()
	g.until(20)
}
