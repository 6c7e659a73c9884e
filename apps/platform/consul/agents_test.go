package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/consul/api"
)

func TestAgentsTokensGoWithTheirSecretOrTheirServer(t *testing.T) {
	now := time.Now()
	token := func(accessor, secret, node string, age time.Duration) *api.ACLTokenListEntry {
		return &api.ACLTokenListEntry{
			AccessorID: accessor, SecretID: agentToken(secret, node), Description: "nanofleet agent " + node,
			CreateTime: now.Add(-age),
		}
	}
	standing := []*api.ACLTokenListEntry{
		token("1", "new", "i-1", time.Hour),
		token("2", "old", "i-1", time.Hour),
		token("3", "dropped", "i-1", time.Hour),
		token("4", "new", "i-2", time.Second),
		token("5", "new", "i-3", time.Hour),
		{AccessorID: "6", SecretID: "new", Description: "nanofleet agent"},
		{AccessorID: "7", SecretID: "of a person", Description: "mine"},
	}
	gone := func(nodes ...string) []string {
		found := []string{}
		for _, change := range agentChanges(standing, []string{"new", "old"}, nodes, now) {
			found = append(found, change.remove)
		}
		return found
	}
	// i-2 has just started, and the catalog does not know it yet; i-3 is gone.
	if got := gone("i-1"); !slices.Equal(got, []string{"3", "5", "6"}) {
		t.Errorf("gone: %v", got)
	}
	// i-9 runs an earlier version of this program, which needs the token that all share.
	if got := gone("i-1", "i-2", "i-3", "i-9"); !slices.Equal(got, []string{"3"}) {
		t.Errorf("gone beside an earlier version: %v", got)
	}
}

func TestAnAgentsTokenIsAUUIDThatOnlyTheSecretMakes(t *testing.T) {
	if got := agentToken("secret", "i-1"); got != agentToken("secret", "i-1") || got == agentToken("secret2", "i-1") {
		t.Errorf("%s", got)
	}
	if got := agentToken("secret", "i-1"); len(got) != 36 || got[14] != '4' {
		t.Errorf("%s is not a UUID of version 4", got)
	}
}

func TestAnAgentsTokenWritesItsOwnNodeAndNothingElse(t *testing.T) {
	c, m := oneServer(t, 27)
	other := c.launch(1)[0]
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	token := agentToken(c.held.tokens[agentRole][0], m.id)
	node := func(m *machine, address string) string {
		return `{"Node": "` + m.id + `", "Address": "` + address + `", "NodeMeta": {"changed": "yes"}}`
	}
	for _, example := range []struct {
		what, path, body string
		allowed          bool
	}{
		{"its own node", "v1/catalog/register", node(m, m.address), true},
		{"another node", "v1/catalog/register", node(other, m.address), false},
		{"a service", "v1/agent/service/register", `{"Name": "web"}`, false},
		{"a key", "v1/kv/" + reportKey + m.id, "x", false},
	} {
		got := c.send(m, "PUT", example.path, token, example.body)
		if (got.status == http.StatusOK) != example.allowed {
			t.Errorf("%s: %d %s", example.what, got.status, got.text)
		}
	}
	// The secret itself is nobody's token, so what one server holds says nothing about the others'.
	if got := c.send(m, "GET", "v1/acl/token/self", c.held.tokens[agentRole][0], ""); got.status != 403 {
		t.Errorf("the secret is a token: %d", got.status)
	}
	if token == agentToken(c.held.tokens[agentRole][0], other.id) {
		t.Error("two servers share a token")
	}
}
