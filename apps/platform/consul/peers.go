package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The tag that marks Consul servers, as in the original project.
const (
	serverTag   = "consulcloud"
	serverValue = "consulserver"
)

// findPeers returns the private addresses of the other Consul servers of this server's VPC, sorted.
// Servers that are still pending count: of two that start together the later one sees the earlier.
func findPeers(ctx context.Context, self identity) ([]string, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(self.region))
	if err != nil {
		return nil, err
	}
	client := ec2.NewFromConfig(loaded)
	instances, err := describe(ctx, client, types.Filter{Name: aws.String("tag:" + serverTag), Values: []string{serverValue}})
	if err != nil {
		return nil, err
	}
	return selectPeers(self.instanceID, instances)
}

func describe(ctx context.Context, client ec2.DescribeInstancesAPIClient, filter types.Filter) ([]types.Instance, error) {
	pages := ec2.NewDescribeInstancesPaginator(client, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		filter,
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}})
	var found []types.Instance
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			found = append(found, reservation.Instances...)
		}
	}
	return found, nil
}

// selectPeers keeps the addresses of the servers in this server's own VPC, without this server itself:
// joining oneself would count as a successful join and end the search.
func selectPeers(instanceID string, instances []types.Instance) ([]string, error) {
	vpc := ""
	for _, instance := range instances {
		if aws.ToString(instance.InstanceId) == instanceID {
			vpc = aws.ToString(instance.VpcId)
		}
	}
	if vpc == "" {
		return nil, fmt.Errorf("EC2 does not list this instance, %s, with the tag %s=%s", instanceID, serverTag, serverValue)
	}
	peers := []string{}
	for _, instance := range instances {
		address := aws.ToString(instance.PrivateIpAddress)
		if aws.ToString(instance.InstanceId) != instanceID && aws.ToString(instance.VpcId) == vpc && address != "" {
			peers = append(peers, address)
		}
	}
	sort.Strings(peers)
	return peers, nil
}

// anyPeerHasLeader reports whether a peer already belongs to a cluster with a leader. A server that joins
// such a cluster must not take part in a bootstrap (Consul documentation, "Bootstrap a datacenter").
func anyPeerHasLeader(ctx context.Context, peers []string) bool {
	client := &http.Client{Timeout: 2 * time.Second}
	for _, peer := range peers {
		if peerHasLeader(ctx, client, peer) {
			return true
		}
	}
	return false
}

// peerHasLeader is false for a peer that does not answer: it has not started, or it is gone.
func peerHasLeader(ctx context.Context, client *http.Client, peer string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(peer, "8500")+"/v1/status/leader", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var leader string
	return json.NewDecoder(response.Body).Decode(&leader) == nil && leader != ""
}
