// Package job lets a program run as a one-off task of Nanofleet: `nanofleet job <app> <service> -- <args>`.
// One file without modules, which `nanofleet job-loader go` writes too; docs/jobs.md says how it works.
package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"time"
)

// Attempts to report, and the time of each.
const (
	attempts = 3
	patience = 5 * time.Second
)

// Run runs the task and ends the program with its exit code, if this instance was started for a job;
// otherwise it returns, and the program serves. Call it first in main. The task must return: after os.Exit or
// log.Fatal in it nobody reports, and the job ends as lost.
func Run(task func(args []string) int) {
	given, isJob := os.LookupEnv("NANOFLEET_JOB_ARGS")
	if !isJob {
		return
	}
	var args []string
	code := 125
	if err := json.Unmarshal([]byte(given), &args); err != nil {
		fmt.Fprintln(os.Stderr, "[nanofleet] NANOFLEET_JOB_ARGS cannot be read:", err)
	} else {
		code = guarded(task, args)
	}
	report(os.Getenv("NANOFLEET_JOB_RESULT"), code&255)
	os.Exit(code & 255)
}

// A panic ends with exit code 2, as it does without a job.
func guarded(task func(args []string) int, args []string) (code int) {
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", reason, debug.Stack())
			code = 2
		}
	}()
	return task(args)
}

func report(place string, code int) {
	client := http.Client{Timeout: patience}
	for attempt := 1; attempt <= attempts; attempt++ {
		refused, err := put(&client, place, code)
		if err == nil {
			return
		}
		fmt.Fprintln(os.Stderr, "[nanofleet] the exit code cannot be reported:", err)
		if refused {
			return
		}
		time.Sleep(time.Duration(attempt) * time.Second)
	}
}

// Whether another attempt is useless, and what went wrong.
func put(client *http.Client, place string, code int) (bool, error) {
	body := bytes.NewBufferString(fmt.Sprintf(`{"exitCode":%d}`, code))
	request, err := http.NewRequest(http.MethodPut, place, body)
	if err != nil {
		return true, err
	}
	answer, err := client.Do(request)
	if err != nil {
		// Without the address, which is a secret until it expires.
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return false, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return answer.StatusCode < 500, fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return false, nil
}
