package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"nanofleet/lib/go/identity"
)

// settings are what the manifest and the image say.
type settings struct {
	brokers []string
	// group is the service's own name: its rights are for the group of that name.
	group, topic, dead string
	// tries is how often an event is worked on before it is dead; backoff is the pause after the first time,
	// which doubles.
	tries   int
	backoff time.Duration
	// identified is false on a developer's machine, whose broker takes plain text.
	identified bool
	identity   *identity.Identity
	life       time.Duration
}

func readSettings(get func(string) string) (settings, error) {
	found := settings{
		group: cmp.Or(get("GROUP"), "go-app"), topic: cmp.Or(get("TOPIC"), "events"),
		dead: cmp.Or(get("DEAD_TOPIC"), "events-dead"), tries: 3, backoff: 200 * time.Millisecond,
		identified: get("NANOFLEET_IDENTITY") != "",
	}
	for _, broker := range strings.Split(get("KAFKA_BROKERS"), ",") {
		if broker = strings.TrimSpace(broker); broker != "" {
			found.brokers = append(found.brokers, broker)
		}
	}
	if len(found.brokers) == 0 {
		return settings{}, errors.New("KAFKA_BROKERS is not set; a service has it with the key kafka in app.yml")
	}
	if life := get("CERTIFICATE_LIFE"); life != "" {
		seconds, err := time.ParseDuration(life)
		if err != nil {
			return settings{}, fmt.Errorf("CERTIFICATE_LIFE is %q; it must be a time such as 12h", life)
		}
		found.life = seconds
	}
	return found, nil
}
