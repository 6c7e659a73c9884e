package secrets

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Credentials are replaced at least this long before they end (EC2 User Guide, "Retrieve security
// credentials").
const early = 5 * time.Minute

var client = &http.Client{Timeout: 5 * time.Second}

// GetParameters, signed by hand (IAM User Guide, "Create a signed AWS API request").
func ask(names []string, decrypted bool) ([]parameter, error) {
	region, err := valueOr(os.Getenv("AWS_REGION"), "placement/region")
	if err != nil {
		return nil, err
	}
	address := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_SSM"), os.Getenv("AWS_ENDPOINT_URL"))
	if address == "" {
		domain, err := metadata("services/domain")
		if err != nil {
			return nil, err
		}
		address = "https://ssm." + region + "." + domain + "/"
	}
	role, err := role()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"Names": names, "WithDecryption": decrypted})
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Format("20060102T150405Z")
	headers := [][2]string{
		{"content-type", "application/x-amz-json-1.1"},
		{"host", target.Host},
		{"x-amz-date", now},
		{"x-amz-security-token", role.Token},
		{"x-amz-target", "AmazonSSM.GetParameters"},
	}
	request, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var lines, signed []string
	for _, header := range headers {
		lines = append(lines, header[0]+":"+header[1]+"\n")
		signed = append(signed, header[0])
		if header[0] != "host" {
			request.Header.Set(header[0], header[1])
		}
	}
	list := strings.Join(signed, ";")
	canonical := strings.Join([]string{"POST", "/", "", strings.Join(lines, ""), list, hash(body)}, "\n")
	scope := now[:8] + "/" + region + "/ssm/aws4_request"
	key := []byte("AWS4" + role.SecretAccessKey)
	for _, part := range strings.Split(scope, "/") {
		key = sign(key, part)
	}
	text := strings.Join([]string{"AWS4-HMAC-SHA256", now, scope, hash([]byte(canonical))}, "\n")
	request.Header.Set("authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		role.AccessKeyID, scope, list, hex.EncodeToString(sign(key, text))))
	answer, err := fetch(request)
	if err != nil {
		return nil, fmt.Errorf("parameter store: %w", err)
	}
	var read struct{ Parameters []parameter }
	err = json.Unmarshal(answer, &read)
	return read.Parameters, err
}

func hash(content []byte) string { sum := sha256.Sum256(content); return hex.EncodeToString(sum[:]) }

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

type credentials struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      time.Time
}

var (
	kept  credentials
	guard sync.Mutex
)

// The credentials of the instance's role, until shortly before they end.
func role() (credentials, error) {
	guard.Lock()
	defer guard.Unlock()
	if time.Until(kept.Expiration) > early {
		return kept, nil
	}
	name, err := metadata("iam/security-credentials/")
	if err != nil {
		return kept, err
	}
	text, err := metadata("iam/security-credentials/" + name)
	if err != nil {
		return kept, err
	}
	var fresh credentials
	if err := json.Unmarshal([]byte(text), &fresh); err != nil {
		return kept, fmt.Errorf("the metadata service has no credentials: %w", err)
	}
	kept = fresh
	return kept, nil
}

func valueOr(given, path string) (string, error) {
	if given != "" {
		return given, nil
	}
	return metadata(path)
}

// A value of the instance metadata service, version 2.
func metadata(path string) (string, error) {
	base := cmp.Or(os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254")
	token, err := metadataAt(http.MethodPut, base+"/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", "60")
	if err != nil {
		return "", err
	}
	return metadataAt(http.MethodGet, base+"/latest/meta-data/"+path, "x-aws-ec2-metadata-token", token)
}

func metadataAt(method, address, header, value string) (string, error) {
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set(header, value)
	text, err := fetch(request)
	return string(text), err
}

func fetch(request *http.Request) ([]byte, error) {
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %.300s", request.URL.Path, answer.StatusCode, text)
	}
	return text, err
}
