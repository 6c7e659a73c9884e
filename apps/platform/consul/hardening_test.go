package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAServerRefusesWhatNobodyHereNeedsEvenToTheManagementToken(t *testing.T) {
	c, m := oneServer(t, 24)
	for _, example := range []struct {
		what, method, path, body string
		status                   int
		says                     string
	}{
		{"a leaf certificate", "GET", "v1/agent/connect/ca/leaf/web", "", 403, "blocked"},
		{"the same, written in another way", "GET", "v1/agent/%63onnect/ca/leaf/web", "", 403, "blocked"},
		{"the same, by a detour", "GET", "v1/agent/self/../connect/ca/leaf/web", "", 403, "blocked"},
		{"the same, with two slashes", "GET", "/v1//agent/connect/ca/leaf/web", "", 403, "blocked"},
		{"the roots of the mesh", "GET", "v1/agent/connect/ca/roots", "", 403, "blocked"},
		{"an authorization in the mesh", "POST", "v1/agent/connect/authorize", "{}", 403, "blocked"},
		{"an event, such as one for remote execution", "PUT", "v1/event/fire/_rexec", "{}", 403, "blocked"},
		{"a check that runs a program", "PUT", "v1/agent/check/register", `{"Name": "c", "Args": ["true"], "Interval": "1s"}`, 500, "Scripts are disabled"},
		{"large headers", "GET", "v1/status/leader?" + strings.Repeat("x", 24<<10), "", 431, ""},
	} {
		got := c.send(m, example.method, example.path, c.held.management[0], example.body)
		if got.status != example.status || !strings.Contains(got.text, example.says) {
			t.Errorf("%s: %d %s", example.what, got.status, got.text)
		}
	}
	for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"} {
		if got := c.send(m, "GET", "v1/status/leader", "", "").headers.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestTheAgentRunsWithTheOptionsThatArePinned(t *testing.T) {
	c, m := oneServer(t, 25)
	var self struct{ DebugConfig map[string]any }
	if err := c.get(context.Background(), m, "agent/self", c.held.management[0], &self); err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]any{
		"EnableRemoteScriptChecks": false, "EnableLocalScriptChecks": false, "DisableRemoteExec": true,
		"EnableDebug": false, "StaticRuntimeConfig.EncryptVerifyIncoming": true, "StaticRuntimeConfig.EncryptVerifyOutgoing": true,
		"PeeringEnabled": false,
		"ConnectEnabled": false, "HTTPMaxConnsPerClient": 200.0, "RPCMaxConnsPerClient": 100.0,
		"HTTPSHandshakeTimeout": "5s", "RPCHandshakeTimeout": "5s", "RequestLimitsMode": 0.0,
		"ACLResolverSettings.ACLDefaultPolicy": "deny", "KVMaxValueSize": 524288.0, "TxnMaxReqLen": 524288.0,
	} {
		got := any(self.DebugConfig)
		for _, key := range strings.Split(option, ".") {
			got = got.(map[string]any)[key]
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v (%T), not %v", option, got, got, want)
		}
	}
}

func TestOneAddressCannotTakeAllConnectionsNorHoldThemSilently(t *testing.T) {
	c, m := oneServer(t, 26)
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(c.network + "201")}, Timeout: time.Second}
	begin := time.Now()
	silent := map[string]net.Conn{}
	for _, port := range []string{"8501", "8300"} {
		connection, err := from.Dial("tcp", m.address+":"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		silent[port] = connection
	}
	var held []*tls.Conn
	defer func() {
		for _, each := range held {
			_ = each.Close()
		}
	}()
	refused := 0
	for range 205 {
		raw, err := from.Dial("tcp", m.address+":8501")
		if err != nil {
			refused++
			continue
		}
		connection := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
		held = append(held, connection)
		_ = connection.SetDeadline(time.Now().Add(2 * time.Second))
		if err := connection.Handshake(); err != nil {
			refused++
		} else if _, err := fmt.Fprintf(connection, "GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			refused++
		} else if line, err := io.ReadAll(io.LimitReader(connection, 12)); err != nil || string(line) != "HTTP/1.1 200" {
			refused++
		}
	}
	if refused == 0 || refused > 10 {
		t.Errorf("%d of 205 connections were refused", refused)
	}
	// Somebody else is not affected.
	if got := c.send(m, "GET", "v1/status/leader", "", ""); got.status != http.StatusOK {
		t.Errorf("another address gets %d %s", got.status, got.text)
	}
	// The longest is 10 s, Consul's "read_header_timeout".
	for port, connection := range silent {
		_ = connection.SetReadDeadline(begin.Add(13 * time.Second))
		if _, err := io.Copy(io.Discard, connection); err != nil {
			t.Errorf("port %s keeps a silent connection: %v", port, err)
		}
	}
}
