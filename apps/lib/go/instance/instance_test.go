package instance

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

var values = map[string]string{
	"instance-id": "i-1", "placement/availability-zone": "eu-west-1a", "ami-id": "ami-1", "local-ipv4": "10.0.0.1",
	"placement/region": "eu-west-1", "services/domain": "amazonaws.com",
	"iam/security-credentials/":    "web",
	"iam/security-credentials/web": `{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2126-01-01T00:00:00Z"}`,
}

// The service, which answers only with a token of its own, and counts what it was asked.
func service(t *testing.T) *int {
	t.Helper()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" {
			_, _ = io.WriteString(w, "token")
			return
		}
		asked++
		value, known := values[r.URL.Path[len("/latest/meta-data/"):]]
		if !known || r.Header.Get("x-aws-ec2-metadata-token") != "token" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, value)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)
	return &asked
}

func TestKnowsWhoItIs(t *testing.T) {
	service(t)
	found, err := Identify(t.Context())
	if err != nil || found != (Instance{"i-1", "eu-west-1a", "ami-1", "10.0.0.1"}) {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := Metadata(t.Context(), "spot"); err == nil || err.Error() != "instance metadata, spot: HTTP 404" {
		t.Errorf("an unknown value: %v", err)
	}
}

func TestSaysThatAMachineIsNoInstance(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
	if _, err := Identify(t.Context()); !errors.Is(err, ErrNone) {
		t.Errorf("it says %v", err)
	}
}

func TestFindsServicesOfAWSUnlessToldWhereTheyAre(t *testing.T) {
	service(t)
	for _, variable := range []string{"AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"} {
		t.Setenv(variable, "")
	}
	for _, one := range [][3]string{
		{"", "", "https://sts.eu-west-1.amazonaws.com"},
		{"AWS_REGION", "eu-north-1", "https://sts.eu-north-1.amazonaws.com"},
		{"AWS_ENDPOINT_URL", "http://all", "http://all"},
		{"AWS_ENDPOINT_URL_STS", "http://own", "http://own"},
	} {
		if one[0] != "" {
			t.Setenv(one[0], one[1])
		}
		if found, err := Endpoint(t.Context(), "sts", "STS"); err != nil || found != one[2] {
			t.Errorf("%v: %s, %v", one, found, err)
		}
	}
}

func TestKeepsCredentialsUntilTheyEnd(t *testing.T) {
	asked := service(t)
	for range 2 {
		if role, err := Role(t.Context()); err != nil || role.AccessKeyID != "A" || role.Token != "T" {
			t.Errorf("%+v, %v", role, err)
		}
	}
	if *asked != 2 {
		t.Errorf("it asks %d times", *asked)
	}
}
