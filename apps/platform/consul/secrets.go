package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// The names of the secrets below /nanofleet-secrets/<stage>/platform/ (docs/security.md). Each has one value
// per line: the first is in use, the others are accepted too while secrets change.
const (
	authoritiesName = "ca-certificate"
	gossipName      = "gossip-key"
	managementName  = "management-token"
)

// roles are the tokens besides the management token. Each has the policy with its name in policies/, except
// the agents' (agents.go).
var roles = []string{agentRole, dnsRole, "ui", "registration"}

const (
	agentRole = "agent"
	dnsRole   = "dns"
)

// secrets is what Parameter Store keeps for the servers.
type secrets struct {
	// authorities are the certificates of those who sign the servers' certificates, PEM.
	authorities string
	gossip      []string
	management  []string
	// tokens are the tokens by role.
	tokens map[string][]string
}

// parameterReader is the part of the Parameter Store client that is used here.
type parameterReader interface {
	GetParameters(
		context.Context, *ssm.GetParametersInput, ...func(*ssm.Options),
	) (*ssm.GetParametersOutput, error)
}

// readSecrets reads all of the stage's secrets. None of them may be missing.
func readSecrets(ctx context.Context, client parameterReader, stage string) (secrets, error) {
	folder := "/nanofleet-secrets/" + stage + "/platform/"
	names := []string{folder + authoritiesName, folder + gossipName, folder + managementName}
	for _, role := range roles {
		names = append(names, folder+role+"-token")
	}
	input := &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)}
	answer, err := client.GetParameters(ctx, input)
	if err != nil {
		return secrets{}, fmt.Errorf("cannot read the secrets below %s: %w", folder, err)
	}
	if len(answer.InvalidParameters) > 0 {
		return secrets{}, fmt.Errorf("Parameter Store lacks %s; deploy the platform again", strings.Join(answer.InvalidParameters, ", "))
	}
	found := secrets{tokens: map[string][]string{}}
	for _, parameter := range answer.Parameters {
		value := aws.ToString(parameter.Value)
		switch name := strings.TrimPrefix(aws.ToString(parameter.Name), folder); name {
		case authoritiesName:
			found.authorities = value
		case gossipName:
			found.gossip = strings.Fields(value)
		case managementName:
			found.management = strings.Fields(value)
		default:
			found.tokens[strings.TrimSuffix(name, "-token")] = strings.Fields(value)
		}
	}
	return found, found.check(folder)
}

func (s secrets) check(folder string) error {
	empty := map[string]bool{
		authoritiesName: strings.TrimSpace(s.authorities) == "",
		gossipName:      len(s.gossip) == 0,
		managementName:  len(s.management) == 0,
	}
	for _, role := range roles {
		empty[role+"-token"] = len(s.tokens[role]) == 0
	}
	for name, isEmpty := range empty {
		if isEmpty {
			return fmt.Errorf("%s%s is empty; remove it and deploy the platform again", folder, name)
		}
	}
	return nil
}

// fingerprint identifies a state of the secrets without revealing them. The function rotate-secrets computes
// the same (core/secrets/secrets.ts).
func (s secrets) fingerprint() string {
	lines := []string{
		authoritiesName + "=" + strings.Join(strings.Fields(s.authorities), ","),
		gossipName + "=" + strings.Join(s.gossip, ","),
		managementName + "=" + strings.Join(s.management, ","),
	}
	for role, values := range s.tokens {
		lines = append(lines, role+"-token="+strings.Join(values, ","))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])[:16]
}
