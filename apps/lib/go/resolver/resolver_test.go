package resolver

import (
	"context"
	"net"
	"slices"
	"testing"
)

// A server that knows one address, 10.1.2.3, for every name (RFC 1035, 4.1).
func server(t *testing.T) string {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	go func() {
		for question := make([]byte, 512); ; {
			length, from, err := socket.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = socket.WriteTo(answer(question[:length]), from)
		}
	}()
	return socket.LocalAddr().String()
}

// The question as it was, without what follows it, and for an A record the address.
func answer(question []byte) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	said := slices.Clone(question[:end+5])
	said[2], said[3] = 0x84, 0
	said[7], said[11] = 0, 0
	if said[end+2] == 1 {
		said[7] = 1
		said = append(said, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 1, 2, 3)
	}
	return said
}

func TestFindsInstancesWhereTheVariableSays(t *testing.T) {
	before := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = before })
	// One that nobody answers at comes first.
	t.Setenv("RESOLVER", "127.0.0.1:1,"+server(t))
	Use()
	found, err := Instances(context.Background(), "go-app.service.consul.", "8081")
	if err != nil || !slices.Equal(found, []string{"10.1.2.3:8081"}) {
		t.Errorf("%v, %v", found, err)
	}
}

func TestLeavesTheResolverAloneWithoutTheVariable(t *testing.T) {
	before := net.DefaultResolver
	t.Setenv("RESOLVER", "")
	Use()
	if net.DefaultResolver != before {
		t.Error("it changed")
	}
}
