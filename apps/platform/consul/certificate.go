package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// serverName is what Consul servers expect in each other's certificates (verify_server_hostname).
const serverName = "server.dc1.consul"

// identityFiles are the paths of the files that TLS needs.
type identityFiles struct{ ca, certificate, key string }

// authorities vouch for servers. The first one signs; the others are trusted too while it changes.
type authorities []*x509.Certificate

// parseAuthorities reads the secret "ca-certificate": certificates, PEM.
func parseAuthorities(text string) (authorities, error) {
	var found authorities
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("the secret %s cannot be read: %w", authoritiesName, err)
		}
		found = append(found, certificate)
	}
	if len(found) == 0 {
		return nil, errors.New("the secret " + authoritiesName + " has no certificate; remove it and deploy the platform again")
	}
	return found, nil
}

// pool trusts only these authorities.
func (a authorities) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, each := range a {
		pool.AddCert(each)
	}
	return pool
}

// signer gets a certificate for this server and a public key (PKIX, DER).
type signer func(ctx context.Context, publicKey []byte) (*x509.Certificate, error)

// credentials are this server's key and certificate, and whom it trusts, as files beside its data. The
// control plane signs: the authority's key is not on any server. A certificate lasts for days, so a stolen
// one soon opens nothing, and it is renewed in time.
type credentials struct {
	files identityFiles
	sign  signer
	// trusted verifies servers, by the authorities that were read last.
	trusted atomic.Pointer[tls.Config]
	text    string
	leaf    *x509.Certificate
}

func newCredentials(dataDir string, sign signer) *credentials {
	return &credentials{sign: sign, files: identityFiles{
		ca:          filepath.Join(dataDir, "ca.pem"),
		certificate: filepath.Join(dataDir, "server.pem"),
		key:         filepath.Join(dataDir, "server-key.pem"),
	}}
}

// transport speaks to servers that the authorities of the moment vouch for.
func (c *credentials) transport() *http.Transport {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&tls.Dialer{Config: c.trusted.Load()}).DialContext(ctx, network, address)
	}
	return &http.Transport{DialTLSContext: dial}
}

// obtain reads the secrets and gets the first certificate. The function that signs may not see this instance
// in EC2 yet, so it is asked until ctx ends.
func (c *credentials) obtain(
	ctx context.Context, read func(context.Context) (secrets, error),
) (secrets, error) {
	for {
		held, err := read(ctx)
		if err != nil {
			return secrets{}, err
		}
		if _, err = c.keep(ctx, held.authorities, time.Now()); err == nil {
			return held, nil
		}
		if !pause(ctx, time.Second) {
			return secrets{}, err
		}
	}
}

// keep brings the files in line with the secret "ca-certificate" and reports whether they changed. A new
// certificate is asked for once a third of the old one's life has passed, or if another authority signs.
func (c *credentials) keep(ctx context.Context, text string, now time.Time) (bool, error) {
	known, err := parseAuthorities(text)
	if err != nil {
		return false, err
	}
	stays := c.leaf != nil && c.leaf.CheckSignatureFrom(known[0]) == nil && now.Before(renewal(c.leaf))
	if stays && text == c.text {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(c.files.ca), 0o700); err != nil {
		return false, fmt.Errorf("cannot create the data folder: %w", err)
	}
	if !stays {
		if err := c.renew(ctx, known[0]); err != nil {
			return false, err
		}
	}
	all := [][]byte{}
	for _, each := range known {
		all = append(all, each.Raw)
	}
	if err := writePEM(c.files.ca, "CERTIFICATE", all...); err != nil {
		return false, err
	}
	c.text = text
	c.trusted.Store(&tls.Config{RootCAs: known.pool(), MinVersion: tls.VersionTLS12})
	return true, nil
}

func renewal(leaf *x509.Certificate) time.Time {
	return leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 3)
}

// renew makes a key, which never leaves this server, and gets a certificate for it.
func (c *credentials) renew(ctx context.Context, authority *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	leaf, err := c.sign(ctx, public)
	if err != nil {
		return fmt.Errorf("cannot get a certificate for this server: %w", err)
	}
	// While the authority changes, the signer may be ahead of what was read here.
	if err := leaf.CheckSignatureFrom(authority); err != nil {
		return fmt.Errorf("another authority signed this server's certificate: %w", err)
	}
	if !key.PublicKey.Equal(leaf.PublicKey) {
		return errors.New("this server's certificate is for another key")
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(c.files.key, "PRIVATE KEY", secret); err != nil {
		return err
	}
	if err := writePEM(c.files.certificate, "CERTIFICATE", leaf.Raw); err != nil {
		return err
	}
	c.leaf = leaf
	return nil
}

func writePEM(path, kind string, blocks ...[]byte) error {
	var content bytes.Buffer
	for _, each := range blocks {
		if err := pem.Encode(&content, &pem.Block{Type: kind, Bytes: each}); err != nil {
			return err
		}
	}
	if err := os.WriteFile(path, content.Bytes(), 0o600); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
