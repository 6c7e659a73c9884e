package job

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The program of the tests is this one, started once more as the program of a job.
func TestMain(m *testing.M) {
	Run(func(args []string) int {
		os.Stdout.WriteString(strings.Join(args, "|"))
		if args[0] == "panic" {
			panic("on purpose")
		}
		return 3
	})
	os.Exit(m.Run())
}

func run(t *testing.T, args string, answers ...int) (string, int, []string) {
	t.Helper()
	var reports []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reports = append(reports, r.Method+" "+string(body))
		if len(answers) >= len(reports) {
			w.WriteHeader(answers[len(reports)-1])
		}
	}))
	defer server.Close()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "NANOFLEET_JOB_ARGS="+args, "NANOFLEET_JOB_RESULT="+server.URL)
	out, _ := command.Output()
	return string(out), command.ProcessState.ExitCode(), reports
}

func TestGivesTheArgumentsAndReportsTheExitCode(t *testing.T) {
	out, code, reports := run(t, `["a","b c","\u00e9\n"]`)
	if out != "a|b c|é\n" || code != 3 || len(reports) != 1 || reports[0] != `PUT {"exitCode":3}` {
		t.Fatal(out, code, reports)
	}
}

func TestReportsAPanic(t *testing.T) {
	if _, code, reports := run(t, `["panic"]`); code != 2 || reports[0] != `PUT {"exitCode":2}` {
		t.Fatal(code, reports)
	}
}

func TestTriesAgainAfterAnErrorOfTheServerOnly(t *testing.T) {
	if _, _, reports := run(t, `["a"]`, 500); len(reports) != 2 {
		t.Fatal(reports)
	}
	if _, _, reports := run(t, `["a"]`, 403); len(reports) != 1 {
		t.Fatal(reports)
	}
}
