package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestShowsWhatWasReadToThoseWhoWatchAndEndsInTime(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	shown := newReads()
	server := httptest.NewServer(routes(ctx, shown))
	defer server.Close()
	answer, err := http.Get(server.URL + "/reads")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("content-type"); kind != "text/event-stream" {
		t.Errorf("it is %s", kind)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Scan()
	shown.tell(read{
		ID: "1", Key: "k", Topic: "events", Partition: 2, Offset: 3, Instance: "i", Attempt: 1, Outcome: done,
	})
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
	}
	const wanted = `data: {"id":"1","key":"k","topic":"events","partition":2,"offset":3,` +
		`"instance":"i","attempt":1,"outcome":"done"}`
	if lines.Text() != wanted {
		t.Errorf("it shows %s", lines.Text())
	}
	stop()
	for lines.Scan() {
	}
	health, err := http.Get(server.URL + "/healthz")
	if err != nil || health.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("it still says that it is well: %v", err)
	}
}

func TestLetsGoWhoReadsTooSlowly(t *testing.T) {
	shown := newReads()
	watcher, _ := shown.watch()
	for range buffered + 1 {
		shown.tell(read{})
	}
	for range buffered {
		<-watcher
	}
	if _, open := <-watcher; open {
		t.Error("it goes on")
	}
}

func TestPausesFetchingWhilePlentyWaits(t *testing.T) {
	goes, drained := make(chan struct{}), make(chan struct{})
	w := &worker{
		handle:  func(context.Context, *kgo.Record) bool { <-goes; return true },
		mark:    func(*kgo.Record) {},
		drained: func() { close(drained) },
	}
	w.start(t.Context())
	record := &kgo.Record{Value: make([]byte, full/4)}
	if w.add([]*kgo.Record{record, record}) {
		t.Error("it pauses too early")
	}
	if !w.add([]*kgo.Record{record, record}) || w.add([]*kgo.Record{record}) {
		t.Error("it does not pause once")
	}
	for range 4 {
		goes <- struct{}{}
		select {
		case <-drained:
			t.Fatal("it goes on too early")
		case <-time.After(10 * time.Millisecond):
		}
	}
	goes <- struct{}{}
	<-drained
	w.end()
}

func TestSaysWhichSettingIsMissingOrWrong(t *testing.T) {
	for _, one := range []struct {
		values map[string]string
		says   string
	}{
		{map[string]string{}, "KAFKA_BROKERS is not set; a service has it with the key kafka in app.yml"},
		{map[string]string{"KAFKA_BROKERS": "a:1,b:2"}, "<nil>"},
		{map[string]string{"KAFKA_BROKERS": "a:1", "CERTIFICATE_LIFE": "2m"}, "<nil>"},
		{
			map[string]string{"KAFKA_BROKERS": "a:1", "CERTIFICATE_LIFE": "x"},
			`CERTIFICATE_LIFE is "x"; it must be a time such as 12h`,
		},
	} {
		_, err := readSettings(func(name string) string { return one.values[name] })
		if said := fmt.Sprint(err); said != one.says {
			t.Errorf("%v: %s", one.values, said)
		}
	}
}
