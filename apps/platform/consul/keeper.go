package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/hashicorp/consul/api"
)

// The keeper's rounds: far apart when everything is done, which is the longest that a change of secrets goes
// unnoticed; close together while something is left to do, as it is until the cluster has a leader.
const (
	keepEvery = 10 * time.Second
	keepSoon  = 300 * time.Millisecond
	// The longest that one call of a round may hang.
	roundLimit = 20 * time.Second
	// How many rounds in a row must fail before that is logged, and before they are further apart.
	quietRounds = 30
	closeRounds = 300
)

// reportKey is where a server reports which state of the secrets it uses.
const reportKey = "nanofleet/secrets/"

// keeper makes the cluster's access control, its gossip keys and this server's own tokens match the
// secrets, again and
// again: a newly formed cluster has no tokens, and secrets change while
// servers run.
type keeper struct {
	self   identity
	client *api.Client
	read   func(context.Context) (secrets, error)
	// credentials are what this server shows and whom it trusts.
	credentials *credentials
	// rewrite writes the agent's configuration with new tokens, for its next reload.
	rewrite func(held secrets, agent string) error
	// held is what was last read, at readAt.
	held   secrets
	readAt time.Time
	// agent and dns are the tokens that the agent has.
	agent, dns string
	// stale: the agent has not read its changed files yet.
	stale bool
	// settled, if there, is called after the first round that left nothing to do.
	settled func(context.Context)
}

func newKeeper(
	self identity, shown *credentials, read func(context.Context) (secrets, error),
	rewrite func(held secrets, agent string) error,
) (*keeper, error) {
	client, err := api.NewClient(&api.Config{
		Address:   net.JoinHostPort(self.address, httpsPort),
		Scheme:    "https",
		Transport: shown.transport(),
	})
	if err != nil {
		return nil, fmt.Errorf("cannot create a client for the agent of this server: %w", err)
	}
	return &keeper{self: self, client: client, read: read, credentials: shown, rewrite: rewrite}, nil
}

// run works until ctx ends. A lasting problem is logged once.
func (k *keeper) run(ctx context.Context) {
	failed, told := 0, ""
	for wait := keepSoon; pause(ctx, wait); {
		limited, cancel := context.WithTimeout(ctx, roundLimit)
		err := k.round(limited)
		cancel()
		if err == nil {
			if k.settled != nil {
				k.settled(ctx)
				k.settled = nil
			}
			failed, told, wait = 0, "", keepEvery
			continue
		}
		failed++
		if wait = keepSoon; failed > closeRounds {
			wait = keepEvery
		}
		if text := err.Error(); failed > quietRounds && text != told {
			told = text
			fmt.Fprintln(os.Stderr, "consul server: secrets not taken over yet:", text)
		}
	}
}

// now returns the secrets, read again when they are older than a change may go unnoticed.
func (k *keeper) now(ctx context.Context) (secrets, error) {
	if time.Since(k.readAt) < keepEvery {
		return k.held, nil
	}
	held, err := k.read(ctx)
	if err == nil {
		k.held, k.readAt = held, time.Now()
	}
	return held, err
}

// round does what is left to do; repeating it does no harm.
func (k *keeper) round(ctx context.Context) error {
	wanted, err := k.now(ctx)
	if err != nil {
		return err
	}
	management, err := k.valid(ctx, wanted.management)
	if err != nil {
		return err
	}
	leader, err := k.client.Status().LeaderWithQueryOptions(asking(ctx, management))
	if err != nil {
		return err
	}
	leads := leader == net.JoinHostPort(k.self.address, rpcPort)
	if leads {
		if err := k.keepAccess(ctx, management, wanted); err != nil {
			return err
		}
	}
	if err := k.keepCertificate(ctx, management, wanted.authorities); err != nil {
		return err
	}
	if err := k.keepAgent(ctx, management, wanted); err != nil {
		return err
	}
	// Last, because a member that is about to be declared dead delays it for some seconds.
	if leads {
		if err := k.keepGossip(ctx, management, wanted.gossip); err != nil {
			return err
		}
	}
	return k.report(ctx, management, wanted.fingerprint())
}

func asking(ctx context.Context, token string) *api.QueryOptions {
	return (&api.QueryOptions{Token: token}).WithContext(ctx)
}

func writing(ctx context.Context, token string) *api.WriteOptions {
	return (&api.WriteOptions{Token: token}).WithContext(ctx)
}

// valid returns the first of the tokens that this server knows. A token reaches the followers a moment after
// it was created, and the first leader creates the first one.
func (k *keeper) valid(ctx context.Context, tokens []string) (string, error) {
	var failure error
	for _, token := range tokens {
		options := asking(ctx, token)
		options.AllowStale = true
		_, _, err := k.client.ACL().TokenReadSelf(options)
		if err == nil {
			return token, nil
		}
		failure = err
	}
	return "", failure
}

// keepAccess makes the cluster's policies and tokens match the secrets.
func (k *keeper) keepAccess(ctx context.Context, management string, wanted secrets) error {
	for _, role := range roles {
		if role == agentRole {
			continue
		}
		if err := k.keepPolicy(ctx, management, role); err != nil {
			return err
		}
	}
	return k.keepTokens(ctx, management, wanted)
}

// keepCertificate lets the agent read its certificate, and whom it trusts, again after a change. A reload
// takes the agent's tokens from the configuration file, so they are given again afterwards.
func (k *keeper) keepCertificate(ctx context.Context, management, authorities string) error {
	changed, err := k.credentials.keep(ctx, authorities, time.Now())
	if err != nil {
		return err
	}
	if k.stale = k.stale || changed; !k.stale {
		return nil
	}
	k.agent, k.dns = "", ""
	if _, err := k.client.Raw().Write("/v1/agent/reload", nil, nil, writing(ctx, management)); err != nil {
		return fmt.Errorf("the agent does not take its new certificate: %w", err)
	}
	k.stale = false
	return nil
}

// keepAgent gives this server's agent its tokens, once the cluster has them.
func (k *keeper) keepAgent(ctx context.Context, management string, wanted secrets) error {
	if err := k.keepOwnTokens(ctx, management, wanted.tokens[agentRole]); err != nil {
		return err
	}
	agent, dns := agentToken(wanted.tokens[agentRole][0], k.self.instanceID), wanted.tokens[dnsRole][0]
	for _, token := range []string{agent, dns} {
		if _, err := k.valid(ctx, []string{token}); err != nil {
			return err
		}
	}
	if k.agent == agent && k.dns == dns {
		return nil
	}
	if err := k.rewrite(wanted, agent); err != nil {
		return err
	}
	if _, err := k.client.Agent().UpdateDNSToken(dns, writing(ctx, management)); err != nil {
		return fmt.Errorf("cannot give the agent its DNS token: %w", err)
	}
	if _, err := k.client.Agent().UpdateAgentACLToken(agent, writing(ctx, management)); err != nil {
		return fmt.Errorf("cannot give the agent its token: %w", err)
	}
	k.agent, k.dns = agent, dns
	return nil
}

// report says that this server uses a state of the secrets; rotate-secrets waits until all servers do.
func (k *keeper) report(ctx context.Context, management, fingerprint string) error {
	key := reportKey + k.self.instanceID
	said, _, err := k.client.KV().Get(key, asking(ctx, management))
	if err != nil || (said != nil && string(said.Value) == fingerprint) {
		return err
	}
	_, err = k.client.KV().Put(&api.KVPair{Key: key, Value: []byte(fingerprint)}, writing(ctx, management))
	return err
}
