// Package sigv4 signs requests to AWS with the credentials of the instance (IAM User Guide, "Create a signed
// AWS API request"), for programs that need a call or two and not an SDK.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nanofleet/lib/go/instance"
)

// Signer signs for one service of one region.
type Signer struct {
	Credentials     instance.Credentials
	Region, Service string
}

const algorithm = "AWS4-HMAC-SHA256"

// Sign adds the headers of a signature to a request with this body, and returns the signature. All headers
// that it has are signed.
func (s Signer) Sign(request *http.Request, body []byte, now time.Time) string {
	at := stamp(now)
	request.Header.Set("x-amz-date", at)
	if s.Credentials.Token != "" {
		request.Header.Set("x-amz-security-token", s.Credentials.Token)
	}
	headers := map[string]string{"host": request.URL.Host}
	for name, values := range request.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	lines, list := canonical(headers)
	signature := s.signature(at, strings.Join([]string{
		request.Method, encodedPath(request.URL.EscapedPath()), request.URL.RawQuery, lines, list, hash(body),
	}, "\n"))
	request.Header.Set("authorization", fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		algorithm, s.Credentials.AccessKeyID, s.scope(at), list, signature))
	return signature
}

func (s Signer) scope(at string) string {
	return at[:8] + "/" + s.Region + "/" + s.Service + "/aws4_request"
}

func (s Signer) signature(at, request string) string {
	key := []byte("AWS4" + s.Credentials.SecretAccessKey)
	for part := range strings.SplitSeq(s.scope(at), "/") {
		key = sum(key, part)
	}
	text := strings.Join([]string{algorithm, at, s.scope(at), hash([]byte(request))}, "\n")
	return hex.EncodeToString(sum(key, text))
}

func stamp(now time.Time) string { return now.UTC().Format("20060102T150405Z") }

func canonical(headers map[string]string) (lines, list string) {
	names := make([]string, 0, len(headers))
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lines += name + ":" + strings.TrimSpace(headers[name]) + "\n"
	}
	return lines, strings.Join(names, ";")
}

// Every service but S3 encodes what is already encoded once more.
func encodedPath(path string) string {
	if path == "" {
		return "/"
	}
	return strings.ReplaceAll(path, "%", "%25")
}

func hash(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
