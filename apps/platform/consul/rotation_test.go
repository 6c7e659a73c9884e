package main

import (
	"context"
	"maps"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/consul/api"
)

func TestTokensThatNoSecretHoldsAnyMoreAreDeletedAndThoseOfOthersStay(t *testing.T) {
	wanted := someSecrets()
	wanted.tokens["dns"] = []string{"new", "old"}
	standing := []*api.ACLTokenListEntry{
		{AccessorID: "1", SecretID: wanted.management[0], Description: initialManagement},
		{AccessorID: "2", SecretID: "earlier", Description: initialManagement},
		{AccessorID: "3", SecretID: "old", Description: "nanofleet dns"},
		{AccessorID: "4", SecretID: "older", Description: "nanofleet dns"},
		{AccessorID: "5", SecretID: "anonymous", Description: "Anonymous Token"},
		{AccessorID: "6", SecretID: "of a person", Description: "mine"},
		{AccessorID: "7", SecretID: "of an agent", Description: "nanofleet agent i-1"},
	}
	var made, gone []string
	for _, change := range tokenChanges(standing, wanted) {
		if change.create != nil {
			made = append(made, change.role+" "+change.create.SecretID+" "+change.create.Policies[0].Name)
		} else {
			gone = append(gone, change.remove)
		}
	}
	wantMade := []string{
		"dns new nanofleet-dns",
		"ui 00000000-0000-4000-8000-000000000004 nanofleet-ui", "registration 00000000-0000-4000-8000-000000000005 nanofleet-registration",
	}
	if !slices.Equal(made, wantMade) || !slices.Equal(gone, []string{"4", "2"}) {
		t.Errorf("made %v, gone %v", made, gone)
	}
}

func TestWhoeverHasNoTokenLearnsNothingAndWithoutTLSNobodyAnswers(t *testing.T) {
	c := newCloud(t, 20)
	m := c.launch(1)[0]
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	ctx := context.Background()
	var nodes []any
	if err := c.get(ctx, m, "catalog/nodes", "", &nodes); err == nil && len(nodes) > 0 {
		t.Errorf("without a token it names %v", nodes)
	}
	for role, sees := range map[string]bool{"dns": true, "ui": true, "registration": true} {
		if err := c.get(ctx, m, "catalog/nodes", c.held.tokens[role][0], &nodes); (err == nil && len(nodes) == 1) != sees {
			t.Errorf("%s sees %v, error %v", role, nodes, err)
		}
		var tokens []any
		if err := c.get(ctx, m, "acl/tokens", c.held.tokens[role][0], &tokens); err == nil {
			t.Errorf("%s may list the tokens", role)
		}
	}
	if connection, err := net.Dial("tcp", m.address+":8500"); err == nil {
		_ = connection.Close()
		t.Error("plain HTTP answers")
	}
	for _, file := range []string{"agent.json", "server-key.pem"} {
		if info, err := os.Stat(m.folder + "/" + file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, error %v", file, info, err)
		}
	}
}

func TestSecretsChangeWhileServersRun(t *testing.T) {
	if testing.Short() {
		return
	}
	c := newCloud(t, 21)
	c.launch(3)
	c.untilOne(40 * time.Second)
	before := c.hold(func(*secrets) {})
	c.untilTaken(20*time.Second, before)
	next := map[string]string{"agent": "2a", "dns": "3a", "ui": "4a", "registration": "5a"}
	token := func(end string) string { return "00000000-0000-4000-8000-0000000000" + end }
	with := func(first, second func(old, fresh string) []string) func(*secrets) {
		return func(s *secrets) {
			s.gossip, s.management = first(oldGossip, newGossip), second(before.management[0], token("1a"))
			s.tokens = maps.Clone(s.tokens)
			for role, end := range next {
				s.tokens[role] = second(before.tokens[role][0], token(end))
			}
		}
	}
	added := func(old, fresh string) []string { return []string{old, fresh} }
	used := func(old, fresh string) []string { return []string{fresh, old} }
	alone := func(_, fresh string) []string { return []string{fresh} }
	for _, order := range []func(old, fresh string) []string{added, used, alone} {
		c.untilTaken(40*time.Second, c.hold(with(order, order)))
	}
	ctx := context.Background()
	leader := c.untilOne(20 * time.Second)
	var found any
	for role, end := range next {
		fresh, old := token(end), before.tokens[role][0]
		if role == agentRole {
			fresh, old = agentToken(fresh, leader.id), agentToken(old, leader.id)
		}
		if err := c.get(ctx, leader, "acl/token/self", fresh, &found); err != nil {
			t.Errorf("%s: the new token is refused: %v", role, err)
		}
		if err := c.get(ctx, leader, "acl/token/self", old, &found); err == nil {
			t.Errorf("%s: the old token is accepted", role)
		}
	}
	if err := c.get(ctx, leader, "acl/token/self", before.management[0], &found); err == nil {
		t.Error("the old token of the management is accepted")
	}
	// Who starts now has only the new secrets.
	c.launch(1)
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
}

// untilTaken waits until every server reports that it has taken over these secrets.
func (c *cloud) untilTaken(within time.Duration, wanted secrets) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		taken, running := 0, c.machines()
		var problem error
		for _, m := range running {
			var found []struct{ Value []byte }
			problem = c.get(ctx, running[0], "kv/"+reportKey+m.id, wanted.management[0], &found)
			if problem == nil && len(found) == 1 && string(found[0].Value) == wanted.fingerprint() {
				taken++
			}
		}
		if taken == len(running) {
			return
		}
		if !pause(ctx, 100*time.Millisecond) {
			for _, m := range running {
				log, _ := os.ReadFile(m.folder + "/log")
				c.t.Logf("%s\n%s", m.address, log[max(0, len(log)-1500):])
			}
			c.t.Fatalf("%d of %d servers have taken over the secrets within %s; %v", taken, len(running), within, problem)
		}
	}
}
