package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// identity is what the instance metadata service says about this server.
type identity struct {
	instanceID string
	address    string
	zone       string
	region     string
	// networks are the address blocks of its VPC.
	networks []netip.Prefix
}

// identify asks the metadata service (IMDSv2). On a fresh instance the service may come up after the program,
// so each request is repeated until ctx ends.
func identify(ctx context.Context, settings aws.Config) (identity, error) {
	client := imds.NewFromConfig(settings)
	var self identity
	var mac string
	for _, field := range []struct {
		path string
		into *string
	}{
		{"instance-id", &self.instanceID},
		{"local-ipv4", &self.address},
		{"placement/availability-zone", &self.zone},
		{"placement/region", &self.region},
		{"mac", &mac},
	} {
		answer, err := askMetadata(ctx, client, field.path)
		if err != nil {
			return identity{}, fmt.Errorf("%s: %w", field.path, err)
		}
		*field.into = answer
	}
	blocks, err := askMetadata(ctx, client, "network/interfaces/macs/"+mac+"/vpc-ipv4-cidr-blocks")
	if err != nil {
		return identity{}, fmt.Errorf("the blocks of the VPC: %w", err)
	}
	for _, block := range strings.Fields(blocks) {
		network, err := netip.ParsePrefix(block)
		if err != nil {
			return identity{}, fmt.Errorf("the blocks of the VPC: %w", err)
		}
		self.networks = append(self.networks, network)
	}
	return self, nil
}

func askMetadata(ctx context.Context, client *imds.Client, path string) (string, error) {
	for {
		answer, err := readMetadata(ctx, client, path)
		if err == nil {
			return answer, nil
		}
		if !pause(ctx, time.Second) {
			return "", err
		}
	}
}

func readMetadata(ctx context.Context, client *imds.Client, path string) (string, error) {
	output, err := client.GetMetadata(ctx, &imds.GetMetadataInput{Path: path})
	if err != nil {
		return "", err
	}
	defer output.Content.Close()
	content, err := io.ReadAll(output.Content)
	return string(content), err
}

// pause waits for d and reports whether ctx is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
