package main

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// As much of one partition is kept here before its fetching pauses, and as little before it goes on.
const (
	full  = 1 << 20
	empty = full / 4
)

// worker handles the records of one partition, one after the other: so those of one key stay in order, and a
// partition that fails holds up no other.
type worker struct {
	handle func(context.Context, *kgo.Record) bool
	// mark says that a record is done, which is committed soon after; drained that fetching may go on.
	mark    func(*kgo.Record)
	drained func()

	stop  context.CancelFunc
	ended chan struct{}
	more  chan struct{}

	mutex   sync.Mutex
	waiting []*kgo.Record
	bytes   int
	paused  bool
}

// start lets it work until ctx is done or end is called.
func (w *worker) start(ctx context.Context) {
	ctx, w.stop = context.WithCancel(ctx)
	w.ended, w.more = make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(w.ended)
		for {
			record := w.next(ctx)
			if record == nil || !w.handle(ctx, record) {
				return
			}
			w.mark(record)
			w.finished(record)
		}
	}()
}

// end returns when the record that is worked on is done, or given up.
func (w *worker) end() {
	w.stop()
	<-w.ended
}

// add takes records, never waits, and reports whether fetching has to pause.
func (w *worker) add(records []*kgo.Record) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.waiting = append(w.waiting, records...)
	for _, each := range records {
		w.bytes += size(each)
	}
	select {
	case w.more <- struct{}{}:
	default:
	}
	pauses := w.bytes > full && !w.paused
	w.paused = w.paused || pauses
	return pauses
}

func (w *worker) next(ctx context.Context) *kgo.Record {
	for ctx.Err() == nil {
		w.mutex.Lock()
		if len(w.waiting) > 0 {
			record := w.waiting[0]
			w.waiting[0] = nil
			w.waiting = w.waiting[1:]
			w.mutex.Unlock()
			return record
		}
		w.mutex.Unlock()
		select {
		case <-ctx.Done():
		case <-w.more:
		}
	}
	return nil
}

func (w *worker) finished(record *kgo.Record) {
	w.mutex.Lock()
	w.bytes -= size(record)
	goesOn := w.paused && w.bytes < empty
	if goesOn {
		w.paused = false
	}
	w.mutex.Unlock()
	if goesOn {
		w.drained()
	}
}

// size is roughly what a record takes in memory.
func size(record *kgo.Record) int { return len(record.Key) + len(record.Value) + 300 }
