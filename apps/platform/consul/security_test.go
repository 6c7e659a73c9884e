package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

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
		caName:         s.ca,
		gossipName:     strings.Join(s.gossip, "\n"),
		managementName: strings.Join(s.management, "\n"),
	}
	for role, values := range s.tokens {
		texts[role+"-token"] = strings.Join(values, "\n")
	}
	return texts
}

func authorityText(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))
}

func someAuthority(t *testing.T) authority {
	t.Helper()
	ca, err := parseAuthority(authorityText(t))
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// issued is what the server at address presents.
func issued(t *testing.T, ca authority, address string) tls.Certificate {
	t.Helper()
	files, err := ca.issue(t.TempDir(), address, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(files.certificate, files.key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestACertificateIsValidOnlyForItsServer(t *testing.T) {
	ca := someAuthority(t)
	leaf, err := x509.ParseCertificate(issued(t, ca, "10.0.0.1").Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for host, good := range map[string]bool{"10.0.0.1": true, serverName: true, "10.0.0.2": false} {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: ca.pool()})
		if (err == nil) != good {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: someAuthority(t).pool()}); err == nil {
		t.Error("another authority vouches for it")
	}
}

func TestAnAuthorityWithoutItsKeyIsRefused(t *testing.T) {
	for _, text := range []string{"", "nonsense", authorityText(t)[:100]} {
		if _, err := parseAuthority(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
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
	want.ca = "pem"
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
			texts[caName] = "pem"
			if texts[name] = "\n"; !there {
				delete(texts, name)
			}
			_, err := readSecrets(context.Background(), store{texts: texts}, "dev")
			if name == caName && there {
				continue
			}
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
		if _, err := policies.ReadFile("policies/" + role + ".hcl"); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryChangeOfTheSecretsHasItsOwnFingerprint(t *testing.T) {
	seen := map[string]bool{someSecrets().fingerprint(): true}
	for name := range someSecrets().texts() {
		if name == caName {
			continue
		}
		changed := someSecrets()
		switch name {
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
	held := secrets{gossip: both(gossipName), management: both(managementName), tokens: map[string][]string{}}
	for _, role := range roles {
		held.tokens[role] = both(role + "-token")
	}
	if got := held.fingerprint(); got != "54c04955a986773e" {
		t.Errorf("%s", got)
	}
}
