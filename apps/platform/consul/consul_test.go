package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func instance(id, vpc, address string) types.Instance {
	return types.Instance{
		InstanceId: aws.String(id), VpcId: aws.String(vpc), PrivateIpAddress: aws.String(address),
	}
}

func TestServersAreThoseInTheSameVPCLongestRunningFirst(t *testing.T) {
	early := instance("i-3", "vpc-a", "10.0.0.3")
	early.LaunchTime = aws.Time(time.Unix(1, 0))
	late := time.Unix(2, 0)
	instances := []types.Instance{
		instance("i-2", "vpc-a", "10.0.0.2"), instance("i-1", "vpc-a", "10.0.0.1"),
		instance("i-9", "vpc-b", "10.0.0.9"), instance("i-4", "vpc-a", ""),
	}
	for i := range instances {
		instances[i].LaunchTime = aws.Time(late)
	}
	servers, err := selectServers("i-1", append(instances, early))
	want := []server{{"i-3", "10.0.0.3", time.Unix(1, 0)}, {"i-1", "10.0.0.1", late}, {"i-2", "10.0.0.2", late}}
	if err != nil || !reflect.DeepEqual(servers, want) {
		t.Fatalf("servers %v, error %v", servers, err)
	}
	if peers := peersOf("i-1", servers); !reflect.DeepEqual(peers, []string{"10.0.0.2", "10.0.0.3"}) {
		t.Fatalf("peers %v", peers)
	}
}

func TestAServerThatEC2DoesNotListRefusesToStart(t *testing.T) {
	_, err := selectServers("i-1", []types.Instance{instance("i-2", "vpc-a", "10.0.0.2")})
	if err == nil || !strings.Contains(err.Error(), "i-1") {
		t.Fatalf("error %v", err)
	}
}

func TestOnlyTheFounderElectsItself(t *testing.T) {
	self := identity{instanceID: "i-1", address: "10.0.0.1", zone: "eu-west-1a", region: "eu-west-1"}
	founds := entrance{peers: []string{}, bootstrap: true}
	founding := serverConfig("/d", self, founds, identityFiles{}, someSecrets(), "", nil)
	if founding["bootstrap"] != true {
		t.Errorf("a founder has bootstrap %v", founding["bootstrap"])
	}
	joining := serverConfig("/d", self, entrance{peers: []string{"10.0.0.2"}}, identityFiles{}, someSecrets(), "", nil)
	if value, there := joining["bootstrap"]; there {
		t.Errorf("a joining server has bootstrap %v", value)
	}
	if joining["node_name"] != "i-1" || joining["bind_addr"] != "10.0.0.1" {
		t.Errorf("identity is not the instance's: %v %v", joining["node_name"], joining["bind_addr"])
	}
}

func TestDataIsInTheGivenFolderOrBelowTheWorkingFolder(t *testing.T) {
	if folder, err := dataFolder(func(string) string { return "/d" }); err != nil || folder != "/d" {
		t.Errorf("%q, error %v", folder, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	unset := func(string) string { return "" }
	if folder, err := dataFolder(unset); err != nil || folder != filepath.Join(here, "consul-data") {
		t.Errorf("%q, error %v", folder, err)
	}
}

func TestALeaderIsSeenThroughAnyPeerThatAnswers(t *testing.T) {
	ca, foreign := newAuthority(t), newAuthority(t)
	shown := newCredentials(t.TempDir(), ca.signer(t, "127.211.37.7", time.Hour))
	if _, err := shown.keep(context.Background(), ca.text(), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, example := range []struct {
		answer string
		signer testAuthority
		want   bool
	}{
		{`"10.0.0.2:8300"`, ca, true},
		{`""`, ca, false},
		{`not json`, ca, false},
		{`"10.0.0.2:8300"`, foreign, false},
	} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(example.answer))
		}))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		listener, err := net.Listen("tcp", "127.211.37.5:8501")
		if err != nil {
			t.Fatal(err)
		}
		server.Listener = listener
		server.TLS = &tls.Config{Certificates: []tls.Certificate{issued(t, example.signer, "127.211.37.5")}}
		server.StartTLS()
		got := newLeaderQuestions(shown).anySeesLeader(context.Background(), []string{"127.211.37.6", "127.211.37.5"})
		server.Close()
		if got != example.want {
			t.Errorf("answer %s: leader %t", example.answer, got)
		}
	}
}

func TestRecursorsAreTheNameserversOfResolvConf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	content := "# comment\nsearch example\nnameserver 169.254.169.253\nnameserver nonsense\nnameserver 10.0.0.2 # second\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := nameservers(file)
	if err != nil || !reflect.DeepEqual(found, []string{"169.254.169.253", "10.0.0.2"}) {
		t.Fatalf("nameservers %v, error %v", found, err)
	}
}

func TestOnlyTheOwnerCanReadTheConfigurationFile(t *testing.T) {
	file, err := agentConfig{"server": true}.write(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
}
