package instance

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// Credentials are replaced at least this long before they end (EC2 User Guide, "Retrieve security
// credentials").
const early = 5 * time.Minute

// Credentials of the instance's role.
type Credentials struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      time.Time
}

var (
	kept  Credentials
	guard sync.Mutex
)

// Role has the credentials of the instance's role, which it keeps until shortly before they end.
func Role(ctx context.Context) (Credentials, error) {
	guard.Lock()
	defer guard.Unlock()
	if time.Until(kept.Expiration) > early {
		return kept, nil
	}
	const folder = "iam/security-credentials/"
	name, err := Metadata(ctx, folder)
	if err != nil {
		return Credentials{}, err
	}
	text, err := Metadata(ctx, folder+name)
	if err != nil {
		return Credentials{}, err
	}
	var fresh Credentials
	if err := json.Unmarshal([]byte(text), &fresh); err != nil {
		return Credentials{}, fmt.Errorf("the metadata service has no credentials: %w", err)
	}
	kept = fresh
	return kept, nil
}
