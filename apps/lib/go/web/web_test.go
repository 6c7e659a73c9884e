package web

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestAnswersForAWhileAfterItsEndAndFinishesWhatIsUnderWay(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	begun, ended := make(chan struct{}), make(chan error, 1)
	all := http.NewServeMux()
	all.HandleFunc("/healthz", Health(ctx))
	all.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		time.Sleep(800 * time.Millisecond)
		_, _ = w.Write([]byte("done"))
	})
	options := Options{Notice: 500 * time.Millisecond, Grace: time.Minute}
	go func() { ended <- Serve(ctx, address, all, options) }()
	status := func(path string) int {
		for range 100 {
			if answer, err := http.Get("http://" + address + path); err == nil {
				answer.Body.Close()
				return answer.StatusCode
			}
			time.Sleep(20 * time.Millisecond)
		}
		return 0
	}
	if found := status("/healthz"); found != http.StatusOK {
		t.Fatalf("it is %d", found)
	}
	slow := make(chan int, 1)
	go func() { slow <- status("/slow") }()
	<-begun
	stop()
	if found := status("/healthz"); found != http.StatusServiceUnavailable {
		t.Errorf("while it ends it is %d", found)
	}
	if found := <-slow; found != http.StatusOK {
		t.Errorf("what was under way is %d", found)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestListensWhereTheVariablesSay(t *testing.T) {
	for _, one := range [][3]string{{"", "", ":8081"}, {"127.0.0.2", "9000", "127.0.0.2:9000"}} {
		t.Setenv("HOST", one[0])
		t.Setenv("PORT", one[1])
		if found := Address("8081"); found != one[2] {
			t.Errorf("%v: %s", one, found)
		}
	}
}
