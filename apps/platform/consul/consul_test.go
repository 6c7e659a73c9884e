package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func instance(id, vpc, address string) types.Instance {
	return types.Instance{InstanceId: aws.String(id), VpcId: aws.String(vpc), PrivateIpAddress: aws.String(address)}
}

func TestPeersAreTheOtherServersOfTheSameVPC(t *testing.T) {
	peers, err := selectPeers("i-1", []types.Instance{
		instance("i-3", "vpc-a", "10.0.0.3"), instance("i-1", "vpc-a", "10.0.0.1"),
		instance("i-2", "vpc-a", "10.0.0.2"), instance("i-9", "vpc-b", "10.0.0.9"), instance("i-4", "vpc-a", ""),
	})
	if err != nil || !reflect.DeepEqual(peers, []string{"10.0.0.2", "10.0.0.3"}) {
		t.Fatalf("peers %v, error %v", peers, err)
	}
}

func TestAServerThatEC2DoesNotListRefusesToStart(t *testing.T) {
	_, err := selectPeers("i-1", []types.Instance{instance("i-2", "vpc-a", "10.0.0.2")})
	if err == nil || !strings.Contains(err.Error(), "i-1") {
		t.Fatalf("error %v", err)
	}
}

func TestANewClusterIsBootstrappedAndAnExistingOneIsJoined(t *testing.T) {
	self := identity{instanceID: "i-1", address: "10.0.0.1", zone: "eu-west-1a", region: "eu-west-1"}
	fresh := serverConfig(settings{servers: 3, dataDir: "/d"}, self, []string{"10.0.0.2"}, false, nil)
	if fresh["bootstrap_expect"] != 3 {
		t.Errorf("a new cluster expects %v servers", fresh["bootstrap_expect"])
	}
	joining := serverConfig(settings{servers: 3, dataDir: "/d"}, self, []string{"10.0.0.2"}, true, nil)
	if value, there := joining["bootstrap_expect"]; there {
		t.Errorf("a joining server has bootstrap_expect %v", value)
	}
	if joining["node_name"] != "i-1" || joining["bind_addr"] != "10.0.0.1" {
		t.Errorf("identity is not the instance's: %v %v", joining["node_name"], joining["bind_addr"])
	}
}

func TestTheNumberOfServersIsOneThreeOrFive(t *testing.T) {
	for value, valid := range map[string]bool{"1": true, "3": true, "5": true, "": false, "2": false, "0": false, "three": false} {
		_, err := readSettings(func(name string) string {
			return map[string]string{"CONSUL_SERVERS": value, "DATA_DIR": "/d"}[name]
		})
		if (err == nil) != valid {
			t.Errorf("CONSUL_SERVERS=%q: error %v", value, err)
		}
		if err != nil && !strings.Contains(err.Error(), "CONSUL_SERVERS") {
			t.Errorf("the message does not name the variable: %v", err)
		}
	}
}

func TestALeaderIsSeenThroughAnyPeerThatAnswers(t *testing.T) {
	for answer, want := range map[string]bool{`"10.0.0.2:8300"`: true, `""`: false, `not json`: false} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(answer))
		}))
		listener, err := net.Listen("tcp", "127.211.37.5:8500")
		if err != nil {
			t.Fatal(err)
		}
		server.Listener = listener
		server.Start()
		got := anyPeerHasLeader(context.Background(), []string{"127.211.37.6", "127.211.37.5"})
		server.Close()
		if got != want {
			t.Errorf("answer %s: leader %t", answer, got)
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

func TestTheConfigurationFileIsReadableByItsOwnerOnly(t *testing.T) {
	file, err := agentConfig{"server": true}.write(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
}
