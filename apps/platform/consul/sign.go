package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// newSigner asks the stage's function "sign-server" for certificates. The function looks the server up in EC2
// by its id: whom a certificate is for is not the server's choice.
func newSigner(settings aws.Config, stage, instanceID string) signer {
	client := lambda.NewFromConfig(settings)
	function := "nanofleet-" + stage + "-sign-server"
	return func(ctx context.Context, publicKey []byte) (*x509.Certificate, error) {
		pemKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicKey})
		payload, err := json.Marshal(map[string]string{"instance": instanceID, "publicKey": string(pemKey)})
		if err != nil {
			return nil, err
		}
		input := &lambda.InvokeInput{FunctionName: aws.String(function), Payload: payload}
		answer, err := client.Invoke(ctx, input)
		if err != nil {
			return nil, err
		}
		if answer.FunctionError != nil {
			return nil, fmt.Errorf("%s refuses: %s", function, answer.Payload)
		}
		return signedBy(answer.Payload)
	}
}

func signedBy(payload []byte) (*x509.Certificate, error) {
	var answer struct{ Certificate string }
	if err := json.Unmarshal(payload, &answer); err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(answer.Certificate))
	if block == nil {
		return nil, errors.New("the answer has no certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}
