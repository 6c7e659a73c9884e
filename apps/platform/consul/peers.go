package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The tag that marks Consul servers, as in the original project, and the one with the stage.
const (
	serverTag   = "consulcloud"
	serverValue = "consulserver"
	stageTag    = "nanofleet:stage"
)

// server is a Consul server as EC2 shows it.
type server struct {
	instanceID string
	address    string
	launched   time.Time
}

// The states of an instance that runs, and of one that may yet.
var (
	upStates   = []string{"pending", "running"}
	keptStates = []string{"pending", "running", "stopping", "stopped"}
)

// listServers returns the Consul servers of all VPCs that are in one of these states according to EC2.
func listServers(
	ctx context.Context, client ec2.DescribeInstancesAPIClient, states []string,
) ([]types.Instance, error) {
	pages := ec2.NewDescribeInstancesPaginator(client, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("tag:" + serverTag), Values: []string{serverValue}},
		{Name: aws.String("instance-state-name"), Values: states},
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

// selectServers keeps the servers in the same VPC as instanceID, including itself, longest running first; of
// those launched together the one with the lowest id comes first.
func selectServers(instanceID string, instances []types.Instance) ([]server, error) {
	vpc := ""
	for _, instance := range instances {
		if aws.ToString(instance.InstanceId) == instanceID && aws.ToString(instance.PrivateIpAddress) != "" {
			vpc = aws.ToString(instance.VpcId)
		}
	}
	if vpc == "" {
		return nil, fmt.Errorf("EC2 does not list this instance, %s, with the tag %s=%s", instanceID, serverTag, serverValue)
	}
	var servers []server
	for _, instance := range instances {
		address := aws.ToString(instance.PrivateIpAddress)
		if aws.ToString(instance.VpcId) == vpc && address != "" {
			id, since := aws.ToString(instance.InstanceId), aws.ToTime(instance.LaunchTime)
			servers = append(servers, server{id, address, since})
		}
	}
	slices.SortFunc(servers, func(a, b server) int {
		return cmp.Or(a.launched.Compare(b.launched), cmp.Compare(a.instanceID, b.instanceID))
	})
	return servers, nil
}

// peersOf returns the sorted addresses of the other servers: joining itself would count as a successful join
// and end the search.
func peersOf(instanceID string, servers []server) []string {
	peers := []string{}
	for _, each := range servers {
		if each.instanceID != instanceID {
			peers = append(peers, each.address)
		}
	}
	slices.Sort(peers)
	return peers
}

// stageOf asks EC2 for the stage of this instance. A fresh instance may not be listed yet, so it keeps asking
// until ctx ends.
func stageOf(ctx context.Context, client ec2.DescribeInstancesAPIClient, instanceID string) (string, error) {
	for {
		instances, err := listServers(ctx, client, upStates)
		if err == nil {
			stage := stageAmong(instances, instanceID)
			if stage != "" {
				return stage, nil
			}
			err = fmt.Errorf("EC2 does not list this instance, %s, with the tag %s", instanceID, stageTag)
		}
		if !pause(ctx, time.Second) {
			return "", err
		}
	}
}

func stageAmong(instances []types.Instance, instanceID string) string {
	for _, instance := range instances {
		for _, tag := range instance.Tags {
			if aws.ToString(instance.InstanceId) == instanceID && aws.ToString(tag.Key) == stageTag {
				return aws.ToString(tag.Value)
			}
		}
	}
	return ""
}
