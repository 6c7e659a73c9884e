package main

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answer is what a server said.
type answer struct {
	status  int
	text    string
	headers http.Header
}

// send asks a server's HTTP API, from an address that nobody else uses.
func (c *cloud) send(m *machine, method, path, token, body string) answer {
	c.t.Helper()
	known, err := parseAuthorities(c.hold(func(*secrets) {}).authorities)
	if err != nil {
		c.t.Fatal(err)
	}
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(c.network + "200")}, Timeout: time.Second}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DialContext: from.DialContext, TLSClientConfig: &tls.Config{RootCAs: known.pool()},
		DisableKeepAlives: true,
	}}
	request, err := http.NewRequest(method, "https://"+m.address+":8501/"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("X-Consul-Token", token)
	response, err := client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(text), response.Header}
}

// oneServer is a cluster of one that has taken over its secrets.
func oneServer(t *testing.T, number int) (*cloud, *machine) {
	t.Helper()
	c := newCloud(t, number)
	m := c.launch(1)[0]
	c.untilOne(40 * time.Second)
	c.untilTaken(20*time.Second, c.held)
	return c, m
}
