package sigv4

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"nanofleet/lib/go/instance"
)

var client = &http.Client{Timeout: 30 * time.Second}

// Own signs with the role of this instance, for its own region.
func Own(ctx context.Context, service string) (Signer, error) {
	region, err := instance.Region(ctx)
	if err != nil {
		return Signer{}, err
	}
	role, err := instance.Role(ctx)
	return Signer{role, region, service}, err
}

// Call posts a body to an address of a service as the role of this instance, and reads the answer.
// An answer other than 2xx is an error with the start of its text.
func Call(
	ctx context.Context, service, address string, headers map[string]string, body []byte,
) ([]byte, http.Header, error) {
	signer, err := Own(ctx, service)
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	signer.Sign(request, body, time.Now())
	answer, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s answers %d: %.300s", request.URL.Path, answer.StatusCode, text)
	}
	return text, answer.Header, err
}
