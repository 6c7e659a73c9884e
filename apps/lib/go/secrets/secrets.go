// Package secrets has the secrets of this service: those that `secrets` in app.yml names, read with the role
// of the instance. They are looked at again about once a minute, so that a new value is here without a
// restart. `nanofleet secrets loader go` writes it into a program; docs/secrets.md says how it works.
//
//	all, err := secrets.Open(secrets.Options{})
//	password, err := all.Get("DB_PASSWORD")
package secrets

import (
	"cmp"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"
)

// GetParameters takes ten names (Systems Manager API Reference).
const most = 10

// Options of Open; zero values are the usual ones.
type Options struct {
	// Every how long to look for new values, a minute; a fifth more or less, so that instances do not ask
	// at once.
	Every time.Duration
	// How long to try at the start before giving up, 30 seconds.
	Start time.Duration
	// Changed is called with the name after each change of a value.
	Changed func(name string)
}

// Secrets of this service, as they are now.
type Secrets struct {
	options Options
	names   []string
	places  map[string][]string
	mutex   sync.RWMutex
	known   map[string]parameter
	end     chan struct{}
	close   sync.Once
}

type parameter struct {
	Name, Value string
	Version     int
}

var errNotSet = errors.New(`is not set; set it with "nanofleet secrets set"`)

// Open reads all secrets of this service. Without NANOFLEET_SECRETS, as on a developer's machine, a secret is
// the variable of its name.
func Open(options Options) (*Secrets, error) {
	options.Every = cmp.Or(options.Every, time.Minute)
	options.Start = cmp.Or(options.Start, 30*time.Second)
	s := &Secrets{options: options, places: map[string][]string{}, end: make(chan struct{})}
	for _, entry := range strings.Split(os.Getenv("NANOFLEET_SECRETS"), ",") {
		// NAME=/first|/second: the parameters that a secret may be in; the first that exists counts.
		if name, places, found := strings.Cut(entry, "="); found {
			s.names = append(s.names, name)
			s.places[name] = strings.Split(places, "|")
		}
	}
	if len(s.names) == 0 {
		return s, nil
	}
	if err := s.readAll(); err != nil {
		return nil, err
	}
	go s.watch()
	return s, nil
}

// Get is the value of a secret, or an error for a name that app.yml does not give this service.
func (s *Secrets) Get(name string) (string, error) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	if found, known := s.known[name]; known {
		return found.Value, nil
	}
	if value, set := os.LookupEnv(name); set && len(s.names) == 0 {
		return value, nil
	}
	return "", fmt.Errorf("%s is no secret of this service; name it in app.yml", name)
}

// Close ends looking for new values.
func (s *Secrets) Close() { s.close.Do(func() { close(s.end) }) }

// A new role may be unknown for seconds, and a busy machine slow.
func (s *Secrets) readAll() error {
	end := time.Now().Add(s.options.Start)
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 4*time.Second) {
		known, err := s.read(s.names, true)
		if err == nil {
			s.known = known
			return nil
		}
		if errors.Is(err, errNotSet) || time.Now().Add(pause).After(end) {
			return err
		}
		time.Sleep(pause)
	}
}

func (s *Secrets) watch() {
	failing := ""
	for {
		jitter := 0.8 + 0.4*rand.Float64()
		select {
		case <-s.end:
			return
		case <-time.After(time.Duration(float64(s.options.Every) * jitter)):
		}
		if err := s.look(); err == nil {
			failing = ""
		} else if err.Error() != failing {
			failing = err.Error()
			log.Printf("secrets stay as they are: %s", failing)
		}
	}
}

// Asks for versions only, which KMS has no part in and does not bill; what is new is read.
func (s *Secrets) look() error {
	versions, err := s.read(s.names, false)
	if err != nil {
		return err
	}
	var changed []string
	for _, name := range s.names {
		now, before := versions[name], s.known[name]
		if now.Name != before.Name || now.Version != before.Version {
			changed = append(changed, name)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	fresh, err := s.read(changed, true)
	if err != nil {
		return err
	}
	for _, name := range changed {
		s.mutex.Lock()
		before := s.known[name].Value
		s.known[name] = fresh[name]
		s.mutex.Unlock()
		if s.options.Changed != nil && fresh[name].Value != before {
			s.options.Changed(name)
		}
	}
	return nil
}

func (s *Secrets) read(names []string, decrypted bool) (map[string]parameter, error) {
	var all []string
	for _, name := range names {
		all = append(all, s.places[name]...)
	}
	found := map[string]parameter{}
	for at := 0; at < len(all); at += most {
		parameters, err := ask(all[at:min(at+most, len(all))], decrypted)
		if err != nil {
			return nil, err
		}
		for _, one := range parameters {
			found[one.Name] = one
		}
	}
	secrets := map[string]parameter{}
	for _, name := range names {
		for _, place := range s.places[name] {
			if one, exists := found[place]; exists {
				secrets[name] = one
				break
			}
		}
		if _, exists := secrets[name]; !exists {
			return nil, fmt.Errorf("the secret %s %w", name, errNotSet)
		}
	}
	return secrets, nil
}
