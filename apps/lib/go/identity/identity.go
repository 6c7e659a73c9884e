// Package identity gives a program a certificate that says which service it is. The program makes the key,
// which never leaves it, an Issuer signs, and a new certificate is there long before the old one ends. For
// that nothing is started again.
//
//	self, err := identity.Open(ctx, identity.Options{Issuer: issuer, Name: "go-app"})
//	connection := tls.Client(socket, self.Client(&tls.Config{ServerName: "broker"}))
package identity

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	random "math/rand/v2"
	"sync/atomic"
	"time"
)

// Issuer signs a certificate for a request (PKCS #10, DER); the answer is PEM, the certificate first.
type Issuer interface {
	Issue(ctx context.Context, request []byte, life time.Duration) (string, error)
}

// Options of Open; zero values are the usual ones, but for Issuer and Name.
type Options struct {
	Issuer Issuer
	// Name is the common name, the whole of the certificate's subject.
	Name string
	// Life is how long a certificate is to be valid; 12 hours.
	Life time.Duration
	// Start is how long to try at the start before giving up; a minute. A new role may be unknown at first.
	Start time.Duration
	// Retry is the first pause after a failure, 5 seconds, which doubles up to 5 minutes.
	Retry time.Duration
	// Log gets a line for each certificate after the first, and for each failure.
	Log *slog.Logger
}

// Identity is the certificate of the moment.
type Identity struct {
	options Options
	current atomic.Pointer[tls.Certificate]
}

const longest = 5 * time.Minute

// Open gets the first certificate, and new ones until ctx is done.
func Open(ctx context.Context, options Options) (*Identity, error) {
	options.Life = cmp.Or(options.Life, 12*time.Hour)
	options.Start = cmp.Or(options.Start, time.Minute)
	options.Retry = cmp.Or(options.Retry, 5*time.Second)
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	self := &Identity{options: options}
	start, cancel := context.WithTimeout(ctx, options.Start)
	defer cancel()
	for wait := 250 * time.Millisecond; ; wait = min(2*wait, 4*time.Second) {
		err := self.renew(start)
		if err == nil {
			break
		}
		if !pause(start, wait) {
			return nil, fmt.Errorf("no certificate for %s: %w", options.Name, err)
		}
	}
	go self.keep(ctx)
	return self, nil
}

// Client is a copy of a TLS configuration with which each new connection shows the certificate of the moment.
func (i *Identity) Client(base *tls.Config) *tls.Config {
	config := base.Clone()
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return i.current.Load(), nil
	}
	// A resumed session would go on with the certificate of the connection before.
	config.ClientSessionCache = nil
	return config
}

// Certificate is that of the moment.
func (i *Identity) Certificate() *x509.Certificate { return i.current.Load().Leaf }

// A new one comes when 60 to 90 % of the time that was left of the old one has passed, so that instances that
// started together do not ask together. While it fails, the one in use stays.
func (i *Identity) keep(ctx context.Context) {
	for {
		left := time.Until(i.Certificate().NotAfter)
		if !pause(ctx, time.Duration(float64(left)*(0.6+0.3*random.Float64()))) {
			return
		}
		for wait := i.options.Retry; ; wait = min(2*wait, longest) {
			err := i.renew(ctx)
			if ctx.Err() != nil {
				return
			}
			if err == nil {
				i.options.Log.Info("the certificate is a new one", "until", i.Certificate().NotAfter)
				break
			}
			i.options.Log.Warn("no new certificate", "reason", err.Error(), "until", i.Certificate().NotAfter)
			if !pause(ctx, time.Duration(float64(wait)*(0.8+0.4*random.Float64()))) {
				return
			}
		}
	}
}

func (i *Identity) renew(ctx context.Context) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	subject := pkix.Name{CommonName: i.options.Name}
	template := &x509.CertificateRequest{Subject: subject, SignatureAlgorithm: x509.ECDSAWithSHA256}
	request, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return err
	}
	text, err := i.options.Issuer.Issue(ctx, request, i.options.Life)
	if err != nil {
		return err
	}
	fresh, err := parse([]byte(text), key)
	if err == nil {
		i.current.Store(fresh)
	}
	return err
}

func parse(text []byte, key *ecdsa.PrivateKey) (*tls.Certificate, error) {
	found := &tls.Certificate{PrivateKey: key}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		found.Certificate = append(found.Certificate, block.Bytes)
	}
	if len(found.Certificate) == 0 {
		return nil, errors.New("the answer has no certificate")
	}
	leaf, err := x509.ParseCertificate(found.Certificate[0])
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(leaf.PublicKey) {
		return nil, errors.New("the certificate is for another key")
	}
	found.Leaf = leaf
	return found, nil
}

// pause waits and reports whether ctx is still alive.
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
