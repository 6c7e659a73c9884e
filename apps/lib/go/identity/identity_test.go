package identity

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
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// authority signs, as AWS Private CA does, from an hour before now; the first `failures` times it fails.
type authority struct {
	key      *ecdsa.PrivateKey
	own      *x509.Certificate
	life     time.Duration
	issued   atomic.Int64
	failures atomic.Int64
}

func newAuthority(t *testing.T, life time.Duration) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true,
		BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, own, own, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if own, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	return &authority{key: key, own: own, life: life}
}

func (a *authority) Issue(_ context.Context, request []byte, _ time.Duration) (string, error) {
	if a.failures.Add(-1) >= 0 {
		return "", errors.New("not now")
	}
	asked, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return "", err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1 + a.issued.Add(1)), Subject: asked.Subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(a.life),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, leaf, a.own, asked.PublicKey, a.key)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, each := range [][]byte{raw, a.own.Raw} {
		if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: each}); err != nil {
			return "", err
		}
	}
	return text.String(), nil
}

// A server that wants certificates of the authority, and says name and the serial number that it was shown.
func (a *authority) server(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := r.TLS.PeerCertificates[0]
		_, _ = w.Write([]byte(shown.Subject.String() + " " + shown.SerialNumber.String()))
	}))
	pool := x509.NewCertPool()
	pool.AddCert(a.own)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func ask(t *testing.T, server *httptest.Server, self *Identity) string {
	t.Helper()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	transport := &http.Transport{TLSClientConfig: self.Client(&tls.Config{RootCAs: trusted})}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text := make([]byte, 200)
	n, _ := answer.Body.Read(text)
	return string(text[:n])
}

func TestNewConnectionsShowTheNewestCertificate(t *testing.T) {
	signer := newAuthority(t, 3*time.Second)
	self, err := Open(t.Context(), Options{Issuer: signer, Name: "go-app"})
	if err != nil {
		t.Fatal(err)
	}
	server := signer.server(t)
	if said := ask(t, server, self); said != "CN=go-app 2" {
		t.Fatalf("the first connection shows %q", said)
	}
	until(t, "a second certificate", func() bool { return signer.issued.Load() > 1 })
	until(t, "a connection with it", func() bool { return ask(t, server, self) != "CN=go-app 2" })
}

func TestTriesAgainAndKeepsTheCertificateThatItHas(t *testing.T) {
	signer := newAuthority(t, 3*time.Second)
	signer.failures.Store(2)
	self, err := Open(t.Context(), Options{Issuer: signer, Name: "go-app", Retry: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	first := self.Certificate()
	signer.failures.Store(3)
	until(t, "a second certificate", func() bool { return signer.failures.Load() < 0 && self.Certificate() != first })
	if time.Now().After(first.NotAfter) {
		t.Error("the new one came too late")
	}
}

func TestGivesUpAtTheStartWithTheReason(t *testing.T) {
	signer := newAuthority(t, time.Hour)
	signer.failures.Store(1000)
	_, err := Open(t.Context(), Options{Issuer: signer, Name: "go-app", Start: 300 * time.Millisecond})
	if err == nil || err.Error() != "no certificate for go-app: not now" {
		t.Errorf("it says %v", err)
	}
}

// Another key's certificate is not taken.
func TestRefusesACertificateForAnotherKey(t *testing.T) {
	signer := newAuthority(t, time.Hour)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	other, _ := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	text, err := signer.Issue(t.Context(), other, 0)
	if err != nil {
		t.Fatal(err)
	}
	own, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if _, err := parse([]byte(text), own); err == nil {
		t.Error("it is taken")
	}
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
