package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nanofleet/lib/go/instance"
	"nanofleet/lib/go/sigv4"
)

const role = `{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"secret","Token":"session","Expiration":"2126-01-01T00:00:00Z"}`

// The instance's own services, and the function behind Lambda.
func surroundings(t *testing.T, answer string, failed bool) *map[string]any {
	t.Helper()
	asked := &map[string]any{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			_, _ = io.WriteString(w, "events")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/events"):
			_, _ = io.WriteString(w, role)
		case strings.HasSuffix(r.URL.Path, "/nanofleet-local-sign-client/invocations"):
			if err := json.NewDecoder(r.Body).Decode(asked); err != nil {
				t.Error(err)
			}
			if failed {
				w.Header().Set("x-amz-function-error", "Unhandled")
			}
			_, _ = io.WriteString(w, answer)
		default:
			_, _ = io.WriteString(w, "token")
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("NANOFLEET_IDENTITY", "nanofleet-local-sign-client:events/go-app")
	return asked
}

func TestAsksTheFunctionOfTheStageWithAProof(t *testing.T) {
	asked := surroundings(t, `{"certificate":"PEM"}`, false)
	issuer, name, err := Own()
	if err != nil || name != "go-app" {
		t.Fatal(name, err)
	}
	text, err := issuer.Issue(t.Context(), []byte("request"), time.Hour)
	if err != nil || text != "PEM" {
		t.Fatal(text, err)
	}
	if (*asked)["app"] != "events" || (*asked)["service"] != "go-app" || (*asked)["seconds"] != 3600.0 {
		t.Errorf("it asks %v", *asked)
	}
	block, _ := pem.Decode([]byte((*asked)["request"].(string)))
	if block == nil || block.Type != "CERTIFICATE REQUEST" || string(block.Bytes) != "request" {
		t.Errorf("the request is %v", block)
	}
	sent := (*asked)["proof"].(map[string]any)
	if sent["accessKeyId"] != "ASIAEXAMPLE" || sent["sessionToken"] != "session" {
		t.Errorf("the proof is %v", sent)
	}
	if own := proofOf(t, "request", sent["date"].(string)); own != sent["signature"] {
		t.Errorf("the signature is %v instead of %s", sent["signature"], own)
	}
}

// The request to STS as docs/kafka.md says it, signed by itself.
func proofOf(t *testing.T, request, date string) string {
	t.Helper()
	endpoint, err := instance.Endpoint(t.Context(), "sts", "STS")
	if err != nil {
		t.Fatal(err)
	}
	call, err := http.NewRequest(http.MethodPost, endpoint+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(request))
	call.Header.Set("content-type", "application/x-www-form-urlencoded")
	call.Header.Set("x-nanofleet-proof", "nanofleet-local-sign-client:"+hex.EncodeToString(digest[:]))
	at, err := time.Parse("20060102T150405Z", date)
	if err != nil {
		t.Fatal(err)
	}
	credentials := instance.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", Token: "session"}
	signer := sigv4.Signer{Credentials: credentials, Region: "eu-west-1", Service: "sts"}
	signature := signer.Sign(call, []byte(caller), at)
	const signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-nanofleet-proof,"
	if !strings.Contains(call.Header.Get("authorization"), signed) {
		t.Errorf("signed are %s", call.Header.Get("authorization"))
	}
	return signature
}

func TestSaysWhyTheFunctionRefuses(t *testing.T) {
	surroundings(t, `{"errorType":"Refused","errorMessage":"another service"}`, true)
	issuer, _, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	_, err = issuer.Issue(t.Context(), []byte("request"), time.Hour)
	if err == nil || err.Error() != "nanofleet-local-sign-client: Refused: another service" {
		t.Errorf("it says %v", err)
	}
}

func TestSaysThatAServiceHasNoIdentity(t *testing.T) {
	t.Setenv("NANOFLEET_IDENTITY", "")
	if _, _, err := Own(); err == nil || !strings.Contains(err.Error(), "the key kafka") {
		t.Errorf("it says %v", err)
	}
}
