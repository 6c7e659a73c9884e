package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// answering accepts connections and answers each line PING with text; with an empty one it never answers.
func answering(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.214.77.9:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				lines := bufio.NewScanner(connection)
				for lines.Scan() {
					if lines.Text() == "PING" && text != "" {
						_, _ = io.WriteString(connection, text)
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

var testVPC = []netip.Prefix{netip.MustParsePrefix("127.214.0.0/16")}

// probed asks a prober from an address, with or without the header of our checks.
func probed(p *prober, from, path string, marked bool) (int, string) {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.RemoteAddr = from
	if marked {
		request.Header.Set(proberHeader, "redis")
	}
	answer := httptest.NewRecorder()
	p.ServeHTTP(answer, request)
	return answer.Code, strings.TrimSpace(answer.Body.String())
}

const ownAddress = "127.214.77.1"

func TestARedisIsAskedAndOnlyAnAnswerThatServesCounts(t *testing.T) {
	p := newProber(netip.MustParseAddr(ownAddress), testVPC)
	for _, example := range []struct {
		answer string
		status int
		said   string
	}{
		{"+PONG\r\n", 200, "answers +PONG"},
		{"-NOAUTH Authentication required.\r\n", 200, "answers -NOAUTH Authentication required."},
		{"-NOPERM no permission\r\n", 200, "answers -NOPERM no permission"},
		{"-LOADING Redis is loading the dataset in memory\r\n", 503, `answers "-LOADING Redis is loading the dataset in memory"`},
		{"-BUSY Redis is busy running a script.\r\n", 503, `answers "-BUSY Redis is busy running a script."`},
		{"-NOAUTHORITY\r\n", 503, `answers "-NOAUTHORITY"`},
		{"HTTP/1.1 400 Bad Request\r\n", 503, `answers "HTTP/1.1 400 Bad Request"`},
		{strings.Repeat("x", 600), 503, "does not answer PING"},
		{"", 503, "accepts connections but does not answer PING: too late"},
	} {
		begin := time.Now()
		place := answering(t, example.answer)
		status, said := probed(p, ownAddress+":40000", "/redis/"+place+"?within=200ms", true)
		right := strings.HasPrefix(said, "redis at "+place) && strings.Contains(said, example.said)
		if status != example.status || !right {
			t.Errorf("%q: %d %s", example.answer, status, said)
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%q: took %s", example.answer, took)
		}
	}
	status, said := probed(p, ownAddress+":40000", "/redis/127.214.77.9:1?within=1s", true)
	if status != 503 || !strings.Contains(said, "cannot be reached") {
		t.Errorf("a closed port: %d %s", status, said)
	}
}

func TestNobodyElseMayAskAndNothingOutsideTheNetworkIsAsked(t *testing.T) {
	p := newProber(netip.MustParseAddr(ownAddress), testVPC)
	place := answering(t, "+PONG\r\n")
	for _, example := range []struct {
		from, path string
		marked     bool
		status     int
	}{
		{ownAddress + ":1", "/redis/" + place, true, 200},
		{"127.0.0.1:1", "/redis/" + place, true, 200},
		{"10.0.0.7:1", "/redis/" + place, true, 403},
		{ownAddress + ":1", "/redis/" + place, false, 403},
		{ownAddress + ":1", "/redis/169.254.169.254:80", true, 400},
		{ownAddress + ":1", "/redis/127.215.0.1:80", true, 400},
		{ownAddress + ":1", "/redis/" + ownAddress + ":8501", true, 400},
		{ownAddress + ":1", "/redis/127.214.77.9:0", true, 400},
		{ownAddress + ":1", "/redis/localhost:6379", true, 400},
		{ownAddress + ":1", "/redis/[::ffff:127.214.77.9]:80", true, 400},
		{ownAddress + ":1", "/http/" + place, true, 400},
		{ownAddress + ":1", "/", true, 400},
	} {
		if status, said := probed(p, example.from, example.path, example.marked); status != example.status {
			t.Errorf("%s %s: %d %s", example.from, example.path, status, said)
		}
	}
}

func TestQuestionsBeyondTheBoundWaitAndThenWarn(t *testing.T) {
	p := newProber(netip.MustParseAddr(ownAddress), testVPC)
	place := answering(t, "+PONG\r\n")
	for range proberAtOnce {
		p.slots <- struct{}{}
	}
	if status, _ := probed(p, ownAddress+":1", "/redis/"+place+"?within=50ms", true); status != 429 {
		t.Errorf("status %d", status)
	}
	<-p.slots
	if status, said := probed(p, ownAddress+":1", "/redis/"+place+"?within=1s", true); status != 200 {
		t.Errorf("status %d %s", status, said)
	}
}

func TestAQuestionEndsWithItsCheck(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := pingRedis(ctx, answering(t, ""))
	if err == nil || time.Since(begin) > time.Second {
		t.Errorf("error %v after %s", err, time.Since(begin))
	}
}
