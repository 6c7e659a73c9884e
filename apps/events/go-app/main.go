// Command go-app reads events from Kafka, works through them in the order of their keys, and shows what it
// read. An event that fails again and again goes to a topic of its own, with the reason.
package main

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"nanofleet/lib/go/identity"
	"nanofleet/lib/go/instance"
	"nanofleet/lib/go/logs"
	"nanofleet/lib/go/resolver"
	"nanofleet/lib/go/stopping"
	"nanofleet/lib/go/web"
)

// How long the group may take to hand this instance's partitions over.
const leaving = 20 * time.Second

func main() {
	resolver.Use()
	log := logs.New(os.Stdout, "service", "go-app")
	if err := run(stopping.Context(), log); err != nil {
		log.Error("go-app ends", "reason", err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, log *slog.Logger) error {
	settings, err := readSettings(os.Getenv)
	if err != nil {
		return err
	}
	id := cmp.Or(instanceID(ctx), "no instance")
	// Certificates and the consumer last until everything is handed over.
	whole, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	if settings.identified {
		issuer, name, err := identity.Own()
		if err != nil {
			return err
		}
		options := identity.Options{Issuer: issuer, Name: name, Life: settings.life, Log: log}
		self, err := identity.Open(whole, options)
		if err != nil {
			return err
		}
		settings.identity = self
	}
	reads := newReads()
	consumer, err := newConsumer(settings, id, log, reads)
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() {
		served <- web.Serve(ctx, web.Address("8081"), routes(ctx, reads), web.Options{Grace: time.Second})
	}()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	read := make(chan struct{})
	go func() { consumer.run(reading); close(read) }()
	err = <-served
	stop()
	<-read
	last, cancel := context.WithTimeout(whole, leaving)
	defer cancel()
	consumer.leave(last)
	return err
}

// Nothing here touches Kafka or writes a line.
func routes(ctx context.Context, reads *reads) http.Handler {
	all := http.NewServeMux()
	all.HandleFunc("GET /healthz", web.Health(ctx))
	all.HandleFunc("GET /reads", reads.stream(ctx))
	return all
}

func instanceID(ctx context.Context) string {
	id, err := instance.Metadata(ctx, "instance-id")
	if err != nil {
		return ""
	}
	return id
}
