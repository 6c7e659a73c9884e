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
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// testAuthority signs as the control plane does.
type testAuthority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) testAuthority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test " + rand.Text()},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(signed)
	if err != nil {
		t.Fatal(err)
	}
	return testAuthority{certificate, key}
}

// text is the authority's certificate, PEM.
func (a testAuthority) text() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
}

// sign returns a certificate, PEM, for the server at address and a public key, PEM.
func (a testAuthority) sign(
	t *testing.T, publicKey []byte, address string, now time.Time, life time.Duration,
) string {
	block, _ := pem.Decode(publicKey)
	if block == nil {
		t.Error("the public key is not PEM")
		return ""
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Error(err)
		return ""
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: serverName},
		DNSNames: []string{serverName}, IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: now, NotAfter: now.Add(life), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key, a.key)
	if err != nil {
		t.Error(err)
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))
}

// signer signs for one server.
func (a testAuthority) signer(t *testing.T, address string, life time.Duration) signer {
	return func(_ context.Context, public []byte) (*x509.Certificate, error) {
		text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
		block, _ := pem.Decode([]byte(a.sign(t, text, address, time.Now(), life)))
		return x509.ParseCertificate(block.Bytes)
	}
}

// issued is what the server at address presents.
func issued(t *testing.T, a testAuthority, address string) tls.Certificate {
	t.Helper()
	shown := newCredentials(t.TempDir(), a.signer(t, address, time.Hour))
	if _, err := shown.keep(context.Background(), a.text(), time.Now()); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(shown.files.certificate, shown.files.key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestAServerKeepsItsKeyToItselfAndShowsWhatTheControlPlaneSigned(t *testing.T) {
	ca := newAuthority(t)
	leaf, err := x509.ParseCertificate(issued(t, ca, "10.0.0.1").Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for host, good := range map[string]bool{"10.0.0.1": true, serverName: true, "10.0.0.2": false} {
		_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: authorities{ca.certificate}.pool()})
		if (err == nil) != good {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestACertificateIsRenewedInTimeAndWhenAnotherAuthoritySigns(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	signing := first
	shown := newCredentials(t.TempDir(), func(ctx context.Context, public []byte) (*x509.Certificate, error) {
		return signing.signer(t, "10.0.0.1", 30*time.Hour)(ctx, public)
	})
	now := time.Now()
	for _, step := range []struct {
		what             string
		text             string
		signs            testAuthority
		after            time.Duration
		changed, renewed bool
	}{
		{"at the start", first.text(), first, 0, true, true},
		{"when nothing changed", first.text(), first, 9 * time.Hour, false, false},
		{"when an authority is added", first.text() + second.text(), first, 9 * time.Hour, true, false},
		{"after a third of its life", first.text() + second.text(), first, 11 * time.Hour, true, true},
		{"when another one signs", second.text() + first.text(), second, 0, true, true},
		{"when the old one is dropped", second.text(), second, 0, true, false},
	} {
		before := shown.leaf
		signing = step.signs
		changed, err := shown.keep(context.Background(), step.text, now.Add(step.after))
		if err != nil || changed != step.changed || (shown.leaf != before) != step.renewed {
			t.Errorf("%s: changed %t, renewed %t, error %v", step.what, changed, shown.leaf != before, err)
		}
		if trusted, err := os.ReadFile(shown.files.ca); err != nil || string(trusted) != step.text {
			t.Errorf("%s: trusts %s, error %v", step.what, trusted, err)
		}
	}
}

func TestAServerShowsNoCertificateThatOthersWouldRefuse(t *testing.T) {
	ca := newAuthority(t)
	other := issued(t, ca, "10.0.0.2")
	foreign := newAuthority(t)
	for what, sign := range map[string]signer{
		"of another authority": foreign.signer(t, "10.0.0.1", time.Hour),
		"for another key": func(context.Context, []byte) (*x509.Certificate, error) {
			return x509.ParseCertificate(other.Certificate[0])
		},
		"that was refused": func(context.Context, []byte) (*x509.Certificate, error) {
			return nil, errors.New("no such server")
		},
	} {
		shown := newCredentials(t.TempDir(), sign)
		_, err := shown.keep(context.Background(), ca.text(), time.Now())
		if err == nil || shown.leaf != nil {
			t.Errorf("it takes a certificate %s", what)
		}
	}
	shown := newCredentials(t.TempDir(), ca.signer(t, "10.0.0.1", time.Hour))
	for _, text := range []string{"", "nonsense", strings.Replace(ca.text(), "MII", "xxx", 1)} {
		if _, err := shown.keep(context.Background(), text, time.Now()); err == nil {
			t.Errorf("it trusts %q", text)
		}
	}
}

func TestTheAnswerOfTheSigningFunctionIsReadOrRefused(t *testing.T) {
	for _, payload := range []string{"", "{}", `{"certificate": "no"}`, `"text"`} {
		if _, err := signedBy([]byte(payload)); err == nil {
			t.Errorf("%q is a certificate", payload)
		}
	}
}
