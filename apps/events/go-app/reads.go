package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// Someone who reads slower than this is let go, and may come again.
	buffered = 1000
	// A line without meaning shows who is gone.
	alive = 15 * time.Second
)

// reads tells everyone who watches what was read.
type reads struct {
	mutex    sync.Mutex
	watchers map[chan read]bool
}

func newReads() *reads { return &reads{watchers: map[chan read]bool{}} }

func (r *reads) tell(what read) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for watcher := range r.watchers {
		select {
		case watcher <- what:
		default:
			delete(r.watchers, watcher)
			close(watcher)
		}
	}
}

func (r *reads) watch() (chan read, func()) {
	watcher := make(chan read, buffered)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.watchers[watcher] = true
	return watcher, func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		delete(r.watchers, watcher)
	}
}

// stream is what was read from now on, as server-sent events (WHATWG HTML, "Server-sent events"), until ctx
// is done.
func (r *reads) stream(ctx context.Context) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		watcher, forget := r.watch()
		defer forget()
		w.Header().Set("content-type", "text/event-stream")
		w.Header().Set("cache-control", "no-store")
		answer := http.NewResponseController(w)
		fmt.Fprint(w, ": reads\n\n")
		ticks := time.NewTicker(alive)
		defer ticks.Stop()
		for answer.Flush() == nil {
			select {
			case <-ctx.Done():
				return
			case <-request.Context().Done():
				return
			case <-ticks.C:
				fmt.Fprint(w, ":\n\n")
			case what, open := <-watcher:
				if !open {
					return
				}
				text, err := json.Marshal(what)
				if err != nil {
					return
				}
				fmt.Fprintf(w, "data: %s\n\n", text)
			}
		}
	}
}
