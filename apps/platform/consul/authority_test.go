package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"
)

// rpcTLS is the first byte of a connection to the RPC port that goes on with TLS (pool.RPCTLS in Consul).
const rpcTLS = 3

// shows returns the certificate of the server's HTTPS port.
func (m *machine) shows(t *testing.T) *x509.Certificate {
	t.Helper()
	// Only looked at: who signed it is what the test asks.
	connection, err := tls.Dial("tcp", m.address+":8501", &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0]
}

func TestTheAuthorityChangesWhileServersRunAndTheOldOneIsTrustedNoMore(t *testing.T) {
	if testing.Short() {
		return
	}
	c := newCloud(t, 22)
	c.launch(3)
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	old, fresh := c.signs, newAuthority(t)
	for _, step := range []struct {
		text  string
		signs testAuthority
	}{
		{old.text() + fresh.text(), old},
		{fresh.text() + old.text(), fresh},
		{fresh.text(), fresh},
	} {
		c.mu.Lock()
		c.signs = step.signs
		c.mu.Unlock()
		c.untilTaken(40*time.Second, c.hold(func(s *secrets) { s.authorities = step.text }))
		for _, m := range c.machines() {
			if err := m.shows(t).CheckSignatureFrom(step.signs.certificate); err != nil {
				t.Errorf("%s shows a certificate of another authority: %v", m.address, err)
			}
		}
		c.untilOne(20 * time.Second)
	}
	leader := c.untilOne(20 * time.Second)
	stolen := issued(t, old, "127.214.22.1")
	if c.letsIn(leader, stolen) {
		t.Error("a server with a certificate of the old authority is let in")
	}
	if !c.letsIn(leader, issued(t, fresh, "127.214.22.1")) {
		t.Error("a server with a certificate of the new authority is refused")
	}
	// A server that starts now knows only the new authority; one that was restarted finds the others.
	c.launch(1)
	c.untilOne(40 * time.Second)
	c.kill(leader)
	c.start(leader)
	c.untilOne(40 * time.Second)
}

// letsIn reports whether a server answers on its RPC port to a server that shows this certificate. With TLS
// 1.3 a refusal comes with the first read.
func (c *cloud) letsIn(m *machine, shown tls.Certificate) bool {
	connection, err := net.DialTimeout("tcp", m.address+":8300", time.Second)
	if err != nil {
		c.t.Fatal(err)
	}
	defer connection.Close()
	// Consul's first byte: the rest is TLS.
	if _, err := connection.Write([]byte{rpcTLS}); err != nil {
		c.t.Fatal(err)
	}
	client := tls.Client(connection, &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{shown}, MaxVersion: tls.VersionTLS12,
	})
	return client.HandshakeContext(context.Background()) == nil
}

func TestACertificateIsRenewedWhileTheServerRuns(t *testing.T) {
	if testing.Short() {
		return
	}
	c := newCloud(t, 23)
	c.life = 30 * time.Second
	m := c.launch(1)[0]
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	first := m.shows(t).SerialNumber
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	for m.shows(t).SerialNumber.Cmp(first) == 0 {
		if !pause(ctx, 200*time.Millisecond) {
			t.Fatal("it still shows its first certificate")
		}
	}
	// The agent took its tokens over again, so it still writes its own node.
	c.untilOne(10 * time.Second)
	c.untilTaken(20*time.Second, c.held)
}
