package main

import (
	"context"
	"fmt"
	"slices"
)

// keepGossip installs every key, encrypts with the first and then removes those that are no longer in
// the secret.
func (k *keeper) keepGossip(ctx context.Context, management string, keys []string) error {
	rings, err := k.client.Operator().KeyringList(asking(ctx, management))
	if err != nil {
		return fmt.Errorf("cannot list the gossip keys: %w", err)
	}
	for _, ring := range rings {
		for _, key := range keys {
			if ring.Keys[key] < ring.NumNodes {
				if err := k.client.Operator().KeyringInstall(key, writing(ctx, management)); err != nil {
					return fmt.Errorf("cannot install a gossip key: %w", err)
				}
			}
		}
		if ring.PrimaryKeys[keys[0]] < ring.NumNodes {
			if err := k.client.Operator().KeyringUse(keys[0], writing(ctx, management)); err != nil {
				return fmt.Errorf("cannot switch to another gossip key: %w", err)
			}
		}
		for key := range ring.Keys {
			if !slices.Contains(keys, key) {
				if err := k.client.Operator().KeyringRemove(key, writing(ctx, management)); err != nil {
					return fmt.Errorf("cannot remove a gossip key: %w", err)
				}
			}
		}
	}
	return nil
}
