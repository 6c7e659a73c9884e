// Answers who it is.
package main

import (
	"cmp"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"nanofleet/lib/job"
)

func main() {
	// `nanofleet job hello go -- 3 good bye` prints the words and ends with exit code 3.
	job.Run(func(args []string) int {
		code, _ := strconv.Atoi(args[0])
		fmt.Println(strings.Join(args[1:], " "))
		return code
	})
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "hello from go on %s\n", instance())
	})
	// On AWS HOST is not set, and an empty host means all addresses.
	address := net.JoinHostPort(os.Getenv("HOST"), cmp.Or(os.Getenv("PORT"), "8080"))
	log.Fatal(http.ListenAndServe(address, nil))
}

func instance() string {
	metadata := cmp.Or(os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254")
	token := ask("PUT", metadata+"/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
	return ask("GET", metadata+"/latest/meta-data/instance-id", "X-aws-ec2-metadata-token", token)
}

func ask(method, url, header, value string) string {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		return err.Error()
	}
	request.Header.Set(header, value)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "no instance"
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}
