package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	// Records of one poll.
	atOnce = 500
	// What is done is committed this often; an instance that dies leaves at most as much to be done twice.
	commitEvery = 500 * time.Millisecond
	// An instance that dies is noticed after this time, and others read its partitions.
	session = 15 * time.Second
	// Fetched and not yet asked for, of each broker.
	fetched = 4 << 20
)

type partition struct {
	topic  string
	number int32
}

// consumer reads as one of a group. Each partition that it is given has a worker.
type consumer struct {
	client  *kgo.Client
	handler *handler
	log     *slog.Logger
	// Only touched between two polls, or while the group changes, which never happens at once.
	workers map[partition]*worker
}

func newConsumer(settings settings, id string, log *slog.Logger, reads *reads) (*consumer, error) {
	c := &consumer{log: log, workers: map[partition]*worker{}}
	options := []kgo.Opt{
		kgo.SeedBrokers(settings.brokers...), kgo.ClientID(id), kgo.WithLogger(warnings{log}),
		kgo.ConsumerGroup(settings.group), kgo.ConsumeTopics(settings.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		// Only partitions that move stop meanwhile.
		kgo.Balancers(kgo.CooperativeStickyBalancer()), kgo.BlockRebalanceOnPoll(),
		kgo.SessionTimeout(session), kgo.HeartbeatInterval(session / 5),
		kgo.AutoCommitMarks(), kgo.AutoCommitInterval(commitEvery),
		kgo.FetchMaxBytes(fetched), kgo.FetchMaxPartitionBytes(full),
		kgo.OnPartitionsAssigned(c.assigned),
		kgo.OnPartitionsRevoked(c.revoked), kgo.OnPartitionsLost(c.lost),
		// Not every client of other languages reads snappy, the default.
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		// A partition that is handed over does not wait for a broker that is gone.
		kgo.AllowIdempotentProduceCancellation(),
	}
	if settings.identity != nil {
		options = append(options, kgo.DialTLSConfig(settings.identity.Client(&tls.Config{})))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	bury := func(ctx context.Context, record *kgo.Record) error {
		return client.ProduceSync(ctx, record).FirstErr()
	}
	c.client = client
	c.handler = &handler{settings: settings, instance: id, log: log, reads: reads, bury: bury}
	return c, nil
}

// run reads until ctx is done.
func (c *consumer) run(ctx context.Context) {
	for {
		fetches := c.client.PollRecords(ctx, atOnce)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			return
		}
		fetches.EachError(func(topic string, number int32, err error) {
			c.log.Warn("cannot read", "topic", topic, "partition", number, "reason", err.Error())
		})
		fetches.EachPartition(func(part kgo.FetchTopicPartition) {
			of := partition{part.Topic, part.Partition}
			if w := c.workers[of]; w != nil && len(part.Records) > 0 && w.add(part.Records) {
				c.client.PauseFetchPartitions(of.asked())
			}
		})
		c.client.AllowRebalance()
	}
}

// leave finishes what is under way, commits it, and gives the partitions back at once.
func (c *consumer) leave(ctx context.Context) {
	c.end(nil)
	c.commit(ctx)
	left := make(chan struct{})
	go func() { c.client.CloseAllowingRebalance(); close(left) }()
	select {
	case <-left:
	case <-ctx.Done():
	}
}

func (c *consumer) assigned(_ context.Context, _ *kgo.Client, given map[string][]int32) {
	for topic, numbers := range given {
		for _, number := range numbers {
			of := partition{topic, number}
			w := &worker{
				handle:  c.handler.handle,
				mark:    func(record *kgo.Record) { c.client.MarkCommitRecords(record) },
				drained: func() { c.client.ResumeFetchPartitions(of.asked()) },
			}
			// It may have been paused when it was here before.
			c.client.ResumeFetchPartitions(of.asked())
			w.start(context.Background())
			c.workers[of] = w
		}
	}
}

func (c *consumer) revoked(ctx context.Context, _ *kgo.Client, taken map[string][]int32) {
	c.end(taken)
	c.commit(ctx)
}

// Others may read these already, so there is nothing to commit.
func (c *consumer) lost(_ context.Context, _ *kgo.Client, taken map[string][]int32) { c.end(taken) }

// end ends the workers of these partitions, of all without any.
func (c *consumer) end(taken map[string][]int32) {
	for of, w := range c.workers {
		if taken == nil || slices.Contains(taken[of.topic], of.number) {
			w.stop()
		}
	}
	for of, w := range c.workers {
		if taken == nil || slices.Contains(taken[of.topic], of.number) {
			w.end()
			delete(c.workers, of)
		}
	}
}

func (c *consumer) commit(ctx context.Context) {
	if err := c.client.CommitMarkedOffsets(ctx); err != nil && !errors.Is(err, context.Canceled) {
		c.log.Warn("cannot commit; what was done will be done twice", "reason", err.Error())
	}
}

func (p partition) asked() map[string][]int32 { return map[string][]int32{p.topic: {p.number}} }

// warnings are what the client has to say, such as a broker that refuses a certificate.
type warnings struct{ log *slog.Logger }

func (warnings) Level() kgo.LogLevel { return kgo.LogLevelWarn }

func (w warnings) Log(_ kgo.LogLevel, message string, about ...any) { w.log.Warn(message, about...) }
