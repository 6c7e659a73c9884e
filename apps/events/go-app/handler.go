package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The longest pause while no broker takes a dead event.
const longest = 10 * time.Second

// As much of a body as is shown in the log.
const shown = 1024

// handler works on one record until that is done or the record is in the topic of the dead.
type handler struct {
	settings settings
	instance string
	log      *slog.Logger
	reads    *reads
	// bury returns once the brokers have the record.
	bury func(context.Context, *kgo.Record) error
}

// handle reports false if ctx ended first: then the record was not handled, and somebody will read it again.
func (h *handler) handle(ctx context.Context, record *kgo.Record) bool {
	one, err := parse(record)
	attempt := 1
	for ; err == nil; attempt++ {
		reason := work(one, attempt)
		if reason == nil {
			h.tell(record, one, attempt, nil)
			return true
		}
		if attempt >= h.settings.tries {
			err = reason
			break
		}
		if !pause(ctx, h.settings.backoff<<(attempt-1)) {
			return false
		}
	}
	letter := h.letter(record, attempt, err)
	for wait := h.settings.backoff; ; wait = min(2*wait, longest) {
		failure := h.bury(ctx, letter)
		if failure == nil {
			h.tell(record, one, attempt, err)
			return true
		}
		if ctx.Err() == nil {
			h.log.Warn("a dead event is kept until a broker takes it", "id", one.ID, "reason", failure.Error())
		}
		if !pause(ctx, wait) {
			return false
		}
	}
}

// letter is the record as it was, with what became of it in headers.
func (h *handler) letter(record *kgo.Record, attempts int, reason error) *kgo.Record {
	headers := append([]kgo.RecordHeader{}, record.Headers...)
	for _, each := range [][2]string{
		{"dead-reason", reason.Error()},
		{"dead-attempts", strconv.Itoa(attempts)},
		{"dead-topic", record.Topic},
		{"dead-partition", strconv.Itoa(int(record.Partition))},
		{"dead-offset", strconv.FormatInt(record.Offset, 10)},
		{"dead-instance", h.instance},
	} {
		headers = append(headers, kgo.RecordHeader{Key: each[0], Value: []byte(each[1])})
	}
	return &kgo.Record{Topic: h.settings.dead, Key: record.Key, Value: record.Value, Headers: headers}
}

// tell writes the event's one line, and shows it to those who watch.
func (h *handler) tell(record *kgo.Record, one event, attempt int, reason error) {
	what := read{
		ID: one.ID, Key: one.Key, Topic: record.Topic, Partition: record.Partition, Offset: record.Offset,
		Instance: h.instance, Attempt: attempt, Outcome: done,
	}
	line := []any{
		"id", what.ID, "key", what.Key, "topic", what.Topic, "partition", what.Partition, "offset", what.Offset,
		"instance", what.Instance, "attempt", attempt, "body", string(one.Body[:min(len(one.Body), shown)]),
	}
	if reason == nil {
		h.log.Info("event", append(line, "outcome", done)...)
	} else {
		what.Outcome = dead
		h.log.Error("dead event", append(line, "outcome", dead, "reason", reason.Error())...)
	}
	h.reads.tell(what)
}

// pause waits for d, a fifth more or less, and reports whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(time.Duration(float64(d) * (0.8 + 0.4*rand.Float64())))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
