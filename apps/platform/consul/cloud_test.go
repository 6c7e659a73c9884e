package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asServer in the environment makes the test's own program a Consul server, so no second one has to be
// linked.
const asServer = "TEST_AS_CONSUL_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Args = os.Args[:1]
		main()
	}
	os.Exit(m.Run())
}

// cloud is EC2 and the metadata service as far as the program asks them, on loopback addresses 127.214.<n>.x.
type cloud struct {
	t       *testing.T
	network string
	ec2     string
	held    secrets
	// signs is the authority in use, which signs for certificates of this life.
	signs   testAuthority
	life    time.Duration
	mu      sync.Mutex
	started []*machine
	// launched counts all that were ever started.
	launched int
	heard    heard
}

type machine struct {
	id, address string
	launched    time.Time
	folder      string
	command     *exec.Cmd
	ended       chan struct{}
}

func newCloud(t *testing.T, number int) *cloud {
	c := &cloud{t: t, network: fmt.Sprintf("127.214.%d.", number), held: someSecrets(), life: time.Hour}
	c.signs = newAuthority(t)
	c.held.authorities = c.signs.text()
	c.ec2 = "http://" + c.listen("250:8200", http.HandlerFunc(c.answer))
	t.Cleanup(func() {
		for _, m := range c.machines() {
			c.kill(m)
		}
	})
	return c
}

func (c *cloud) listen(at string, handler http.Handler) string {
	listener, err := net.Listen("tcp", c.network+at)
	if err != nil {
		c.t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	c.t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func (c *cloud) machines() []*machine {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.started)
}

func (c *cloud) answer(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "AmazonSSM.") {
		c.getParameters(w)
		return
	}
	if strings.HasSuffix(r.URL.Path, "-sign-server/invocations") {
		c.signServer(w, r)
		return
	}
	if strings.HasSuffix(r.URL.Path, "/invocations") {
		c.heard.take(r)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	c.describeInstances(w, r)
}

// getParameters answers with all secrets, whatever was asked for.
func (c *cloud) getParameters(w http.ResponseWriter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var parameters []map[string]string
	for name, value := range c.held.texts() {
		parameters = append(parameters, map[string]string{"Name": "/nanofleet-secrets/test/platform/" + name, "Value": value})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]any{"Parameters": parameters})
}

// signServer answers as the function sign-server does.
func (c *cloud) signServer(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Instance, PublicKey string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, m := range c.machines() {
		if m.id == asked.Instance {
			c.mu.Lock()
			signed := c.signs.sign(c.t, []byte(asked.PublicKey), m.address, time.Now(), c.life)
			c.mu.Unlock()
			_ = json.NewEncoder(w).Encode(map[string]string{"certificate": signed})
			return
		}
	}
	w.Header().Set("X-Amz-Function-Error", "Unhandled")
	fmt.Fprint(w, `{"errorMessage": "no such server"}`)
}

// hold changes the secrets, as rotate-secrets does.
func (c *cloud) hold(change func(*secrets)) secrets {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.held)
	return c.held
}

func (c *cloud) describeInstances(w http.ResponseWriter, _ *http.Request) {
	var items strings.Builder
	for _, m := range c.machines() {
		fmt.Fprintf(&items, `<item><instancesSet><item><instanceId>%s</instanceId><vpcId>vpc-1</vpcId>`+
			`<privateIpAddress>%s</privateIpAddress><launchTime>%s</launchTime>`+
			`<tagSet><item><key>nanofleet:stage</key><value>test</value></item></tagSet></item></instancesSet></item>`,
			m.id, m.address, m.launched.Format(time.RFC3339))
	}
	fmt.Fprintf(w, `<DescribeInstancesResponse><reservationSet>%s</reservationSet></DescribeInstancesResponse>`, items.String())
}

func (m *machine) metadata(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
		fmt.Fprint(w, "token")
		return
	}
	fmt.Fprint(w, map[string]string{
		"instance-id": m.id, "local-ipv4": m.address,
		"placement/availability-zone": "eu-west-1a", "placement/region": "eu-west-1",
		"mac": "0a:00:00:00:00:01", "network/interfaces/macs/0a:00:00:00:00:01/vpc-ipv4-cidr-blocks": "127.214.0.0/16",
	}[strings.TrimPrefix(r.URL.Path, "/latest/meta-data/")])
}

// launch starts count servers at once.
func (c *cloud) launch(count int) []*machine {
	fresh := []*machine{}
	for range count {
		c.mu.Lock()
		c.launched++
		number := c.launched
		c.mu.Unlock()
		m := &machine{
			id: fmt.Sprintf("i-%017x", 99-number), address: fmt.Sprintf("%s%d", c.network, number),
			launched: time.Now().Truncate(time.Second), folder: c.t.TempDir(),
		}
		c.listen(fmt.Sprintf("%d:8169", number), http.HandlerFunc(m.metadata))
		fresh = append(fresh, m)
	}
	c.mu.Lock()
	c.started = append(c.started, fresh...)
	c.mu.Unlock()
	for _, m := range fresh {
		c.start(m)
	}
	return fresh
}

func (c *cloud) start(m *machine) {
	log, err := os.OpenFile(filepath.Join(m.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	m.command = exec.Command(os.Args[0])
	m.command.Env = []string{
		asServer + "=1", "DATA_DIR=" + m.folder, "AWS_ENDPOINT_URL=" + c.ec2,
		"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://" + m.address + ":8169",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=eu-west-1", "HOME=" + m.folder,
	}
	m.command.Stdout, m.command.Stderr = log, log
	// It ends with the test, however that ends.
	m.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan struct{})
	m.ended = ended
	go func() { _ = m.command.Wait(); close(ended) }()
}

func (c *cloud) kill(m *machine) {
	_ = m.command.Process.Kill()
	<-m.ended
}

// forget takes a server that ended out of what EC2 shows.
func (c *cloud) forget(gone *machine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started = slices.DeleteFunc(c.started, func(m *machine) bool { return m == gone })
}
