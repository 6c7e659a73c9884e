package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// serverName is what Consul servers expect in each other's certificates (verify_server_hostname).
const serverName = "server.dc1.consul"

// identityFiles are the paths of the files that TLS needs.
type identityFiles struct{ ca, certificate, key string }

// authority signs the servers' certificates.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// parseAuthority reads the secret "ca": a private key (PKCS #8) and a certificate, both PEM.
func parseAuthority(text string) (authority, error) {
	var found authority
	for rest := []byte(text); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		var err error
		switch block.Type {
		case "CERTIFICATE":
			found.certificate, err = x509.ParseCertificate(block.Bytes)
		case "PRIVATE KEY":
			var key any
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				found.key, _ = key.(crypto.Signer)
			}
		}
		if err != nil {
			return authority{}, fmt.Errorf("the secret %s cannot be read: %w", caName, err)
		}
	}
	if found.certificate == nil || found.key == nil {
		return authority{}, errors.New("the secret " + caName + " has no key or no certificate; remove it and deploy the platform again")
	}
	return found, nil
}

// pool trusts only this authority.
func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// trust verifies servers by this authority alone.
func (a authority) trust() *tls.Config {
	return &tls.Config{RootCAs: a.pool(), MinVersion: tls.VersionTLS12}
}

// issue makes a key and a certificate for the server at address and writes them next to the data. They are
// new at each start and last as long as the authority: anyone inside a server can read the authority's key as
// well, so a shorter life would protect nothing.
func (a authority) issue(dataDir, address string, now time.Time) (identityFiles, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identityFiles{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return identityFiles{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: serverName},
		DNSNames:     []string{serverName},
		IPAddresses:  []net.IP{net.ParseIP(address)},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     a.certificate.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return identityFiles{}, fmt.Errorf("cannot sign this server's certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return identityFiles{}, err
	}
	files := identityFiles{
		ca:          filepath.Join(dataDir, "ca.pem"),
		certificate: filepath.Join(dataDir, "server.pem"),
		key:         filepath.Join(dataDir, "server-key.pem"),
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return identityFiles{}, fmt.Errorf("cannot create the data folder %s: %w", dataDir, err)
	}
	for path, block := range map[string]*pem.Block{
		files.ca:          {Type: "CERTIFICATE", Bytes: a.certificate.Raw},
		files.certificate: {Type: "CERTIFICATE", Bytes: signed},
		files.key:         {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			return identityFiles{}, fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	return files, nil
}
