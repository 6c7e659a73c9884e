package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"nanofleet/lib/go/instance"
	"nanofleet/lib/go/sigv4"
)

const caller = "Action=GetCallerIdentity&Version=2011-06-15"

// Stage is the Issuer of a stage: its function sign-client (docs/kafka.md, "A service's certificate").
type Stage struct{ function, app, service string }

type proof struct {
	AccessKeyID  string `json:"accessKeyId"`
	Date         string `json:"date"`
	SessionToken string `json:"sessionToken"`
	Signature    string `json:"signature"`
}

// Own is the stage's issuer for this service, and the service's name: both are in NANOFLEET_IDENTITY.
func Own() (Stage, string, error) {
	function, who, found := strings.Cut(os.Getenv("NANOFLEET_IDENTITY"), ":")
	app, service, both := strings.Cut(who, "/")
	if !found || !both {
		return Stage{}, "", errors.New("NANOFLEET_IDENTITY is not set; a service has it with the key kafka in app.yml")
	}
	return Stage{function, app, service}, service, nil
}

// Issue asks the function. The proof of who asks is a signature for a call of STS, which the function makes.
func (s Stage) Issue(ctx context.Context, request []byte, life time.Duration) (string, error) {
	evidence, err := s.prove(ctx, request, time.Now())
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]any{
		"app": s.app, "service": s.service, "seconds": int(life.Seconds()), "proof": evidence,
		"request": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})),
	})
	if err != nil {
		return "", err
	}
	address, err := instance.Endpoint(ctx, "lambda", "LAMBDA")
	if err != nil {
		return "", err
	}
	address = strings.TrimSuffix(address, "/") + "/2015-03-31/functions/" + s.function + "/invocations"
	answer, headers, err := sigv4.Call(ctx, "lambda", address, nil, body)
	if err != nil {
		return "", err
	}
	return s.read(answer, headers.Get("x-amz-function-error") != "")
}

func (s Stage) read(answer []byte, failed bool) (string, error) {
	var read struct{ Certificate, ErrorType, ErrorMessage string }
	if err := json.Unmarshal(answer, &read); err != nil {
		return "", fmt.Errorf("%s: %w", s.function, err)
	}
	if !failed {
		return read.Certificate, nil
	}
	return "", fmt.Errorf("%s: %s: %s", s.function, read.ErrorType, read.ErrorMessage)
}

func (s Stage) prove(ctx context.Context, request []byte, now time.Time) (proof, error) {
	signer, err := sigv4.Own(ctx, "sts")
	if err != nil {
		return proof{}, err
	}
	address, err := instance.Endpoint(ctx, "sts", "STS")
	if err != nil {
		return proof{}, err
	}
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/", nil)
	if err != nil {
		return proof{}, err
	}
	digest := sha256.Sum256(request)
	call.Header.Set("content-type", "application/x-www-form-urlencoded")
	call.Header.Set("x-nanofleet-proof", s.function+":"+hex.EncodeToString(digest[:]))
	signature := signer.Sign(call, []byte(caller), now)
	return proof{
		AccessKeyID: signer.Credentials.AccessKeyID, Date: call.Header.Get("x-amz-date"),
		SessionToken: signer.Credentials.Token, Signature: signature,
	}, nil
}
