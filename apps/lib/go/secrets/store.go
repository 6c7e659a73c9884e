package secrets

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"nanofleet/lib/go/instance"
	"nanofleet/lib/go/sigv4"
)

const patience = 15 * time.Second

// GetParameters (Systems Manager API Reference), as the role of the instance.
func ask(names []string, decrypted bool) ([]parameter, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	address, err := instance.Endpoint(ctx, "ssm", "SSM")
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]any{"Names": names, "WithDecryption": decrypted})
	if err != nil {
		return nil, err
	}
	answer, _, err := sigv4.Call(ctx, "ssm", strings.TrimSuffix(address, "/")+"/", map[string]string{
		"content-type": "application/x-amz-json-1.1",
		"x-amz-target": "AmazonSSM.GetParameters",
	}, body)
	if err != nil {
		return nil, fmt.Errorf("parameter store: %w", err)
	}
	var read struct{ Parameters []parameter }
	err = json.Unmarshal(answer, &read)
	return read.Parameters, err
}
