package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/consul/api"
)

// A server's agent has a token of its own, with Consul's "node identity": it writes its own node and no
// other. All servers derive theirs from one secret, so that a rotation changes them too.

// datacenter is the only one.
const datacenter = "dc1"

// goneFor is how long the token of a server that the catalog does not know is left alone: a new server may
// have its token a moment before its node is there.
const goneFor = time.Minute

// agentToken is the token of a server's agent.
func agentToken(secret, node string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(node))
	sum := mac.Sum(nil)[:16]
	// Consul wants a UUID: version 4, of the usual variant.
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// keepOwnTokens creates this server's agent tokens where the cluster does not have them.
func (k *keeper) keepOwnTokens(ctx context.Context, management string, values []string) error {
	for _, value := range values {
		token := agentToken(value, k.self.instanceID)
		if _, err := k.valid(ctx, []string{token}); err == nil {
			continue
		}
		_, _, err := k.client.ACL().TokenCreate(&api.ACLToken{
			SecretID:       token,
			Description:    ownToken + agentRole + " " + k.self.instanceID,
			NodeIdentities: []*api.ACLNodeIdentity{{NodeName: k.self.instanceID, Datacenter: datacenter}},
		}, writing(ctx, management))
		if err != nil {
			return fmt.Errorf("cannot create the token of this server's agent: %w", err)
		}
	}
	return nil
}

// nodes are the servers that the catalog knows.
func (k *keeper) nodes(ctx context.Context, management string) ([]string, error) {
	known, _, err := k.client.Catalog().Nodes(asking(ctx, management))
	if err != nil {
		return nil, fmt.Errorf("cannot list the nodes: %w", err)
	}
	names := []string{}
	for _, node := range known {
		names = append(names, node.Node)
	}
	return names, nil
}

// agentChanges deletes agents' tokens that no secret makes any more or whose server is gone, and the one that
// all servers shared in earlier versions of this program, once each has its own.
func agentChanges(standing []*api.ACLTokenListEntry, values, nodes []string, now time.Time) []tokenChange {
	var gone []tokenChange
	having := map[string]bool{}
	for _, token := range standing {
		node, own := strings.CutPrefix(token.Description, ownToken+agentRole+" ")
		if !own {
			continue
		}
		makes := func(value string) bool { return agentToken(value, node) == token.SecretID }
		known := slices.Contains(nodes, node) || now.Sub(token.CreateTime) < goneFor
		if slices.ContainsFunc(values, makes) && known {
			having[node] = true
		} else {
			gone = append(gone, tokenChange{role: agentRole, remove: token.AccessorID})
		}
	}
	lacks := func(node string) bool { return !having[node] }
	if slices.ContainsFunc(nodes, lacks) {
		return gone
	}
	for _, token := range standing {
		if token.Description == ownToken+agentRole {
			gone = append(gone, tokenChange{role: agentRole, remove: token.AccessorID})
		}
	}
	return gone
}
