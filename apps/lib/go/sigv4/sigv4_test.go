package sigv4

import (
	"net/http"
	"testing"
	"time"

	"nanofleet/lib/go/instance"
)

// The example of the IAM User Guide, "Create a signed AWS API request".
func TestSignsAsTheGuideDoes(t *testing.T) {
	request, err := http.NewRequest(http.MethodGet, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("content-type", "application/x-www-form-urlencoded; charset=utf-8")
	signer := Signer{instance.Credentials{
		AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
	}, "us-east-1", "iam"}
	signature := signer.Sign(request, nil, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC))
	const known = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
	if signature != known {
		t.Errorf("signature %s, not %s", signature, known)
	}
	const header = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
		"SignedHeaders=content-type;host;x-amz-date, Signature=" + known
	if got := request.Header.Get("authorization"); got != header {
		t.Errorf("header %s", got)
	}
}
