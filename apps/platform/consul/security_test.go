package main

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

const (
	oldGossip = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="
	newGossip = "4k6hv6ztkjkLm4hKzPTVKZv1SSlNtpFmjJeUVSDIn50="
)

func someSecrets() secrets {
	return secrets{
		gossip:     []string{oldGossip},
		management: []string{"00000000-0000-4000-8000-000000000001"},
		tokens: map[string][]string{
			"agent":        {"00000000-0000-4000-8000-000000000002"},
			"dns":          {"00000000-0000-4000-8000-000000000003"},
			"ui":           {"00000000-0000-4000-8000-000000000004"},
			"registration": {"00000000-0000-4000-8000-000000000005"},
		},
	}
}

// texts are the values of the parameters.
func (s secrets) texts() map[string]string {
	texts := map[string]string{
		authoritiesName: s.authorities,
		gossipName:      strings.Join(s.gossip, "\n"),
		managementName:  strings.Join(s.management, "\n"),
	}
	for role, values := range s.tokens {
		texts[role+"-token"] = strings.Join(values, "\n")
	}
	return texts
}

// store is Parameter Store with these parameters.
type store struct {
	texts   map[string]string
	failure error
}

func (s store) GetParameters(
	_ context.Context, asked *ssm.GetParametersInput, _ ...func(*ssm.Options),
) (*ssm.GetParametersOutput, error) {
	output := &ssm.GetParametersOutput{}
	for _, name := range asked.Names {
		if text, there := s.texts[strings.TrimPrefix(name, "/nanofleet-secrets/dev/platform/")]; there {
			found := types.Parameter{Name: aws.String(name), Value: aws.String(text)}
			output.Parameters = append(output.Parameters, found)
		} else {
			output.InvalidParameters = append(output.InvalidParameters, name)
		}
	}
	return output, s.failure
}

func TestSecretsAreReadFromTheStagesParameters(t *testing.T) {
	want := someSecrets()
	want.authorities = "pem"
	want.tokens["dns"] = []string{"new", "old"}
	found, err := readSecrets(context.Background(), store{texts: want.texts()}, "dev")
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Fatalf("%+v, error %v", found, err)
	}
}

func TestAMissingOrEmptySecretIsNamedAndNoneIsRevealed(t *testing.T) {
	for name := range someSecrets().texts() {
		for _, there := range []bool{true, false} {
			texts := someSecrets().texts()
			texts[authoritiesName] = "pem"
			if texts[name] = "\n"; !there {
				delete(texts, name)
			}
			_, err := readSecrets(context.Background(), store{texts: texts}, "dev")
			if err == nil || !strings.Contains(err.Error(), "/platform/"+name) ||
				strings.Contains(err.Error(), oldGossip) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
	if _, err := readSecrets(context.Background(), store{failure: errors.New("AccessDenied")}, "dev"); err == nil {
		t.Error("a refusal passed")
	}
}

func TestEveryRoleHasItsPolicy(t *testing.T) {
	for _, role := range roles {
		if _, err := policies.ReadFile("policies/" + role + ".hcl"); err != nil && role != agentRole {
			t.Error(err)
		}
	}
}

func TestEveryChangeOfTheSecretsHasItsOwnFingerprint(t *testing.T) {
	seen := map[string]bool{someSecrets().fingerprint(): true}
	for name := range someSecrets().texts() {
		changed := someSecrets()
		switch name {
		case authoritiesName:
			changed.authorities = "another"
		case gossipName:
			changed.gossip = []string{newGossip}
		case managementName:
			changed.management = append(changed.management, "next")
		default:
			changed.tokens[strings.TrimSuffix(name, "-token")] = []string{"next"}
		}
		if print := changed.fingerprint(); seen[print] {
			t.Errorf("a change of %s does not have its own fingerprint", name)
		} else {
			seen[print] = true
		}
	}
}

// The function rotate-secrets compares this with its own result: test/core/secrets/secrets.test.ts has
// the same value.
func TestTheFingerprintMatchesTheControlPlanes(t *testing.T) {
	both := func(name string) []string { return []string{name + "-1", name + "-2"} }
	held := secrets{
		authorities: strings.Join(both(authoritiesName), "\n"), gossip: both(gossipName),
		management: both(managementName), tokens: map[string][]string{},
	}
	for _, role := range roles {
		held.tokens[role] = both(role + "-token")
	}
	if got := held.fingerprint(); got != "259e775cc1fa8971" {
		t.Errorf("%s", got)
	}
}
