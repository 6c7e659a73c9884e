package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
)

// event is the value of a record.
type event struct {
	ID  string `json:"id"`
	Key string `json:"key"`
	// Body is what the sender had to say.
	Body json.RawMessage `json:"body"`
}

// read is what this instance did with a record, as the page shows it.
type read struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Instance  string `json:"instance"`
	Attempt   int    `json:"attempt"`
	Outcome   string `json:"outcome"`
}

// The outcomes.
const (
	done = "done"
	dead = "dead"
)

const idHeader = "event-id"

// parse fails for what no later attempt could read either; the id is known nevertheless.
func parse(record *kgo.Record) (event, error) {
	var found event
	err := json.Unmarshal(record.Value, &found)
	if err == nil && found.ID == "" {
		err = errors.New("no id")
	}
	if err != nil {
		place := fmt.Sprintf("%s-%d-%d", record.Topic, record.Partition, record.Offset)
		unread := event{Key: string(record.Key), ID: place}
		for _, header := range record.Headers {
			if header.Key == idHeader {
				unread.ID = string(header.Value)
			}
		}
		return unread, fmt.Errorf("not an event: %w", err)
	}
	return found, nil
}

// work is what is to be done with an event: here, to show it. For trying out what happens otherwise, a body
// {"fail": true} fails each time, and {"failTimes": 2} fails twice.
func work(one event, attempt int) error {
	var asked struct {
		Fail      bool
		FailTimes int
	}
	// Other bodies are anything, not only objects.
	if json.Unmarshal(one.Body, &asked) == nil && (asked.Fail || attempt <= asked.FailTimes) {
		return errors.New("the event asks to fail")
	}
	return nil
}
