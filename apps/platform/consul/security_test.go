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
	"maps"
	"math/big"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/hashicorp/consul/api"
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
	texts := map[string]string{caName: s.ca, gossipName: strings.Join(s.gossip, "\n"), managementName: strings.Join(s.management, "\n")}
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
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
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

func (s store) GetParameters(_ context.Context, asked *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	output := &ssm.GetParametersOutput{}
	for _, name := range asked.Names {
		if text, there := s.texts[strings.TrimPrefix(name, "/nanofleet-secrets/dev/platform/")]; there {
			output.Parameters = append(output.Parameters, types.Parameter{Name: aws.String(name), Value: aws.String(text)})
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
			if err == nil || !strings.Contains(err.Error(), "/platform/"+name) || strings.Contains(err.Error(), oldGossip) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
	if _, err := readSecrets(context.Background(), store{failure: errors.New("AccessDenied")}, "dev"); err == nil {
		t.Error("a refusal passed")
	}
}

func TestTokensNoLongerInTheSecretsAreDeletedAndOtherTokensStay(t *testing.T) {
	wanted := someSecrets()
	wanted.tokens["dns"] = []string{"new", "old"}
	standing := []*api.ACLTokenListEntry{
		{AccessorID: "1", SecretID: wanted.management[0], Description: initialManagement},
		{AccessorID: "2", SecretID: "earlier", Description: initialManagement},
		{AccessorID: "3", SecretID: "old", Description: "nanofleet dns"},
		{AccessorID: "4", SecretID: "older", Description: "nanofleet dns"},
		{AccessorID: "5", SecretID: "anonymous", Description: "Anonymous Token"},
		{AccessorID: "6", SecretID: "of a person", Description: "mine"},
	}
	var made, gone []string
	for _, change := range tokenChanges(standing, wanted) {
		if change.create != nil {
			made = append(made, change.role+" "+change.create.SecretID+" "+change.create.Policies[0].Name)
		} else {
			gone = append(gone, change.remove)
		}
	}
	wantMade := []string{
		"agent 00000000-0000-4000-8000-000000000002 nanofleet-agent", "dns new nanofleet-dns",
		"ui 00000000-0000-4000-8000-000000000004 nanofleet-ui", "registration 00000000-0000-4000-8000-000000000005 nanofleet-registration",
	}
	if !slices.Equal(made, wantMade) || !slices.Equal(gone, []string{"4", "2"}) {
		t.Errorf("made %v, gone %v", made, gone)
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

func TestWithoutATokenNothingIsRevealedAndWithoutTLSNobodyAnswers(t *testing.T) {
	c := newCloud(t, 20)
	m := c.launch(1)[0]
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	ctx := context.Background()
	var nodes []any
	if err := c.get(ctx, m, "catalog/nodes", "", &nodes); err == nil && len(nodes) > 0 {
		t.Errorf("without a token it names %v", nodes)
	}
	for role, sees := range map[string]bool{"dns": true, "ui": true, "registration": true} {
		if err := c.get(ctx, m, "catalog/nodes", c.held.tokens[role][0], &nodes); (err == nil && len(nodes) == 1) != sees {
			t.Errorf("%s sees %v, error %v", role, nodes, err)
		}
		var tokens []any
		if err := c.get(ctx, m, "acl/tokens", c.held.tokens[role][0], &tokens); err == nil {
			t.Errorf("%s may list the tokens", role)
		}
	}
	if connection, err := net.Dial("tcp", m.address+":8500"); err == nil {
		_ = connection.Close()
		t.Error("plain HTTP answers")
	}
	for _, file := range []string{"agent.json", "server-key.pem"} {
		if info, err := os.Stat(m.folder + "/" + file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, error %v", file, info, err)
		}
	}
}

func TestSecretsChangeWhileServersRun(t *testing.T) {
	if testing.Short() {
		return
	}
	c := newCloud(t, 21)
	c.launch(3)
	c.untilOne(40 * time.Second)
	before := c.hold(func(*secrets) {})
	c.untilTaken(20*time.Second, before)
	next := map[string]string{"agent": "2a", "dns": "3a", "ui": "4a", "registration": "5a"}
	token := func(end string) string { return "00000000-0000-4000-8000-0000000000" + end }
	with := func(first, second func(old, fresh string) []string) func(*secrets) {
		return func(s *secrets) {
			s.gossip, s.management = first(oldGossip, newGossip), second(before.management[0], token("1a"))
			s.tokens = maps.Clone(s.tokens)
			for role, end := range next {
				s.tokens[role] = second(before.tokens[role][0], token(end))
			}
		}
	}
	added := func(old, fresh string) []string { return []string{old, fresh} }
	used := func(old, fresh string) []string { return []string{fresh, old} }
	alone := func(_, fresh string) []string { return []string{fresh} }
	for _, order := range []func(old, fresh string) []string{added, used, alone} {
		c.untilTaken(40*time.Second, c.hold(with(order, order)))
	}
	ctx := context.Background()
	leader := c.untilOne(20 * time.Second)
	var found any
	for role, end := range next {
		if err := c.get(ctx, leader, "acl/token/self", token(end), &found); err != nil {
			t.Errorf("%s: the new token is refused: %v", role, err)
		}
		if err := c.get(ctx, leader, "acl/token/self", before.tokens[role][0], &found); err == nil {
			t.Errorf("%s: the old token is accepted", role)
		}
	}
	if err := c.get(ctx, leader, "acl/token/self", before.management[0], &found); err == nil {
		t.Error("the old token of the management is accepted")
	}
	// A server that starts now has only the new secrets.
	c.launch(1)
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
}

// untilTaken waits until every server reports that it uses these secrets.
func (c *cloud) untilTaken(within time.Duration, wanted secrets) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		taken, running := 0, c.machines()
		var problem error
		for _, m := range running {
			var found []struct{ Value []byte }
			problem = c.get(ctx, running[0], "kv/"+reportKey+m.id, wanted.management[0], &found)
			if problem == nil && len(found) == 1 && string(found[0].Value) == wanted.fingerprint() {
				taken++
			}
		}
		if taken == len(running) {
			return
		}
		if !pause(ctx, 100*time.Millisecond) {
			for _, m := range running {
				log, _ := os.ReadFile(m.folder + "/log")
				c.t.Logf("%s\n%s", m.address, log[max(0, len(log)-1500):])
			}
			c.t.Fatalf("%d of %d servers use the secrets after %s; %v", taken, len(running), within, problem)
		}
	}
}

// The function rotate-secrets compares this with its own result: test/core/secrets/secrets.test.ts has the same value.
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
