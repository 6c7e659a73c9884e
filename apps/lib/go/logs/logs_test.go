package logs

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

func TestWritesOneLineOfJSON(t *testing.T) {
	var out bytes.Buffer
	New(&out, "instance", "i-1").Warn("it is late", "seconds", 3)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339, line["at"].(string)); err != nil {
		t.Error(err)
	}
	if line["level"] != "warn" || line["message"] != "it is late" || line["instance"] != "i-1" || line["seconds"] != 3.0 {
		t.Errorf("it writes %s", out.String())
	}
}
