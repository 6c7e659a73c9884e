// Package instance says what an instance knows about itself: the instance metadata service, version 2 (EC2
// User Guide, "Use the Instance Metadata Service"), and the credentials of its role.
package instance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Instance is who this is; a unikernel's host name says only its address.
type Instance struct{ ID, Zone, Image, Address string }

// ErrNone is the error on a machine without the service, such as a developer's own.
var ErrNone = errors.New("this machine has no instance metadata service")

// A fresh instance may be up before the service, and a busy one gets its first answers late.
const (
	patience = 2 * time.Second
	attempts = 3
)

var client = &http.Client{Timeout: patience}

// Identify asks for everything that Instance has.
func Identify(ctx context.Context) (Instance, error) {
	var found Instance
	for path, into := range map[string]*string{
		"instance-id": &found.ID, "placement/availability-zone": &found.Zone,
		"ami-id": &found.Image, "local-ipv4": &found.Address,
	} {
		value, err := Metadata(ctx, path)
		if err != nil {
			return Instance{}, err
		}
		*into = value
	}
	return found, nil
}

// Region is AWS_REGION, or the region that the instance is in.
func Region(ctx context.Context) (string, error) {
	return orMetadata(ctx, "AWS_REGION", "placement/region")
}

// Endpoint is the address of an AWS service in this region, such as "sts": AWS_ENDPOINT_URL_STS or
// AWS_ENDPOINT_URL if they are set.
func Endpoint(ctx context.Context, service, variable string) (string, error) {
	if given := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+variable), os.Getenv("AWS_ENDPOINT_URL")); given != "" {
		return given, nil
	}
	region, err := Region(ctx)
	if err != nil {
		return "", err
	}
	domain, err := Metadata(ctx, "services/domain")
	if err != nil {
		return "", err
	}
	return "https://" + service + "." + region + "." + domain, nil
}

// Metadata is one value below /latest/meta-data/.
func Metadata(ctx context.Context, path string) (string, error) {
	base := cmp.Or(os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254")
	var err error
	for range attempts {
		var token, value string
		token, err = ask(ctx, http.MethodPut, base+"/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", "60")
		if err == nil {
			value, err = ask(ctx, http.MethodGet, base+"/latest/meta-data/"+path, "x-aws-ec2-metadata-token", token)
		}
		if err == nil {
			return value, nil
		}
		// Outside EC2 nothing listens there: that is an answer.
		var late interface{ Timeout() bool }
		if ctx.Err() != nil || !errors.As(err, &late) || !late.Timeout() {
			break
		}
	}
	return "", fmt.Errorf("instance metadata, %s: %w", path, err)
}

func ask(ctx context.Context, method, address, header, value string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set(header, value)
	answer, err := client.Do(request)
	if err != nil {
		return "", errors.Join(ErrNone, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return string(text), err
}

func orMetadata(ctx context.Context, variable, path string) (string, error) {
	if given := os.Getenv(variable); given != "" {
		return given, nil
	}
	return Metadata(ctx, path)
}
