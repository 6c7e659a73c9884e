// Package web serves HTTP where the platform expects it, and ends without losing a request.
package web

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"
)

// Address is HOST and PORT. On AWS HOST is not set, and an empty host means all addresses.
func Address(port string) string {
	return net.JoinHostPort(os.Getenv("HOST"), cmp.Or(os.Getenv("PORT"), port))
}

// Options of Serve.
type Options struct {
	// Notice is how long the port goes on answering once ctx is done, so that health checks, which find
	// Healthy false, take the instance out first.
	Notice time.Duration
	// Grace is how long requests under way may then take.
	Grace time.Duration
}

// Serve answers until ctx is done, then goes on for a while and ends. Requests that last, such as streams,
// have to end by themselves when ctx is done.
func Serve(ctx context.Context, address string, handler http.Handler, options Options) error {
	server := &http.Server{
		Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		// Longer than the idle timeout of load balancers (60 s), so that none uses a connection that we have
		// just closed.
		IdleTimeout: 65 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	time.Sleep(options.Notice)
	grace, cancel := context.WithTimeout(context.Background(), options.Grace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// Health answers 200 until ctx is done, then 503.
func Health(ctx context.Context) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if ctx.Err() != nil {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}
}
