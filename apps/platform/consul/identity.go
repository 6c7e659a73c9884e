package main

import (
	"context"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// identity is what the instance metadata service says about this server.
type identity struct {
	instanceID string
	address    string
	zone       string
	region     string
}

// identify asks the metadata service (IMDSv2). The service may come up after the program on a fresh
// instance, so each answer is asked for until ctx ends.
func identify(ctx context.Context) (identity, error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return identity{}, err
	}
	client := imds.NewFromConfig(loaded)
	answers := map[string]string{"instance-id": "", "local-ipv4": "", "placement/availability-zone": "", "placement/region": ""}
	for path := range answers {
		answers[path], err = askMetadata(ctx, client, path)
		if err != nil {
			return identity{}, err
		}
	}
	return identity{
		instanceID: answers["instance-id"],
		address:    answers["local-ipv4"],
		zone:       answers["placement/availability-zone"],
		region:     answers["placement/region"],
	}, nil
}

func askMetadata(ctx context.Context, client *imds.Client, path string) (string, error) {
	for {
		output, err := client.GetMetadata(ctx, &imds.GetMetadataInput{Path: path})
		if err == nil {
			defer output.Content.Close()
			content, err := io.ReadAll(output.Content)
			return string(content), err
		}
		if !pause(ctx, time.Second) {
			return "", err
		}
	}
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
