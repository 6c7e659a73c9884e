// Answers who it is.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nanofleet/lib/go/instance"
	"nanofleet/lib/go/job"
	"nanofleet/lib/go/web"
)

func main() {
	// `nanofleet job hello go -- 3 good bye` prints the words and ends with exit code 3.
	job.Run(func(args []string) int {
		code, _ := strconv.Atoi(args[0])
		fmt.Println(strings.Join(args[1:], " "))
		return code
	})
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from go on %s\n", name(r.Context()))
	})
	log.Fatal(web.Serve(context.Background(), web.Address("8080"), nil, web.Options{Grace: time.Second}))
}

func name(ctx context.Context) string {
	id, err := instance.Metadata(ctx, "instance-id")
	if err != nil {
		return "no instance"
	}
	return id
}
