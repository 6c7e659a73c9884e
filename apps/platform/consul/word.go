package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// reconciler asks for a reconcile round over the whole fleet.
type reconciler struct {
	client *lambda.Client
	// function is the name of the stage's function "reconcile" (core/base/names.ts).
	function string
}

func newReconciler(settings aws.Config, stage string) reconciler {
	return reconciler{lambda.NewFromConfig(settings), "nanofleet-" + stage + "-reconcile"}
}

// leave runs a round that knows that this server goes, and returns when what was registered on it is with the
// others.
func (r reconciler) leave(ctx context.Context, instanceID string) error {
	payload, err := json.Marshal(map[string][]string{"leaving": {instanceID}})
	if err != nil {
		return err
	}
	call := &lambda.InvokeInput{FunctionName: aws.String(r.function), Payload: payload}
	answer, err := r.client.Invoke(ctx, call)
	if err == nil && answer.FunctionError != nil {
		return fmt.Errorf("%s failed: %s", r.function, answer.Payload)
	}
	return err
}

// suspect starts a round, tells it which servers do not answer, and does not wait for it. The round checks
// for itself.
func (r reconciler) suspect(ctx context.Context, silent []string) error {
	payload, err := json.Marshal(map[string][]string{"silent": silent})
	if err != nil {
		return err
	}
	_, err = r.client.Invoke(ctx, &lambda.InvokeInput{
		FunctionName:   aws.String(r.function),
		InvocationType: types.InvocationTypeEvent,
		Payload:        payload,
	})
	return err
}
