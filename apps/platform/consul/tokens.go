package main

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/consul/api"
)

// policies has one file of rules per role.
//
//go:embed policies
var policies embed.FS

// Descriptions mark our tokens; other tokens are left alone. Consul itself uses the second description, for
// the token that a new cluster starts with ("acl.tokens.initial_management").
const (
	ownToken          = "nanofleet "
	initialManagement = "Initial Management Token"
	managementPolicy  = "global-management"
)

func policyName(role string) string { return "nanofleet-" + role }

// keepPolicy makes a role's policy match its file.
func (k *keeper) keepPolicy(ctx context.Context, management, role string) error {
	rules, err := policies.ReadFile("policies/" + role + ".hcl")
	if err != nil {
		return err
	}
	name := policyName(role)
	known, _, err := k.client.ACL().PolicyList(asking(ctx, management))
	if err != nil {
		return fmt.Errorf("cannot list the policies: %w", err)
	}
	wanted := &api.ACLPolicy{Name: name, Rules: string(rules)}
	at := slices.IndexFunc(known, func(each *api.ACLPolicyListEntry) bool { return each.Name == name })
	if at < 0 {
		if _, _, err = k.client.ACL().PolicyCreate(wanted, writing(ctx, management)); err != nil {
			return fmt.Errorf("cannot create the policy %s: %w", name, err)
		}
		return nil
	}
	standing, _, err := k.client.ACL().PolicyReadByName(name, asking(ctx, management))
	if err != nil || (standing != nil && standing.Rules == wanted.Rules) {
		return err
	}
	wanted.ID = known[at].ID
	if _, _, err = k.client.ACL().PolicyUpdate(wanted, writing(ctx, management)); err != nil {
		return fmt.Errorf("cannot change the policy %s: %w", name, err)
	}
	return nil
}

// keepTokens creates the tokens in the secrets and deletes ours that are no longer there, the management
// token last: it is the one that deletes.
func (k *keeper) keepTokens(ctx context.Context, management string, wanted secrets) error {
	standing, _, err := k.client.ACL().TokenList(asking(ctx, management))
	if err != nil {
		return fmt.Errorf("cannot list the tokens: %w", err)
	}
	nodes, err := k.nodes(ctx, management)
	if err != nil {
		return err
	}
	changes := agentChanges(standing, wanted.tokens[agentRole], nodes, time.Now())
	for _, change := range append(changes, tokenChanges(standing, wanted)...) {
		if change.create != nil {
			_, _, err = k.client.ACL().TokenCreate(change.create, writing(ctx, management))
		} else {
			_, err = k.client.ACL().TokenDelete(change.remove, writing(ctx, management))
		}
		if err != nil {
			return fmt.Errorf("cannot change a token of the role %s: %w", change.role, err)
		}
	}
	return nil
}

// tokenChange is a token to create, or the accessor of one to delete.
type tokenChange struct {
	role   string
	create *api.ACLToken
	remove string
}

func tokenChanges(standing []*api.ACLTokenListEntry, wanted secrets) []tokenChange {
	values := map[string][]string{"management": wanted.management}
	for role, tokens := range wanted.tokens {
		if role != agentRole {
			values[role] = tokens
		}
	}
	var made, gone []tokenChange
	for _, role := range append(slices.Clone(roles), "management") {
		if role == agentRole {
			continue
		}
		policy := policyName(role)
		if role == "management" {
			policy = managementPolicy
		}
		for _, secret := range values[role] {
			isThis := func(token *api.ACLTokenListEntry) bool { return token.SecretID == secret }
			if !slices.ContainsFunc(standing, isThis) {
				made = append(made, tokenChange{role: role, create: &api.ACLToken{
					SecretID: secret, Description: ownToken + role,
					Policies: []*api.ACLTokenPolicyLink{{Name: policy}},
				}})
			}
		}
		for _, token := range standing {
			ours := token.Description == ownToken+role ||
				(role == "management" && token.Description == initialManagement)
			if ours && !slices.Contains(values[role], token.SecretID) {
				gone = append(gone, tokenChange{role: role, remove: token.AccessorID})
			}
		}
	}
	return append(made, gone...)
}
