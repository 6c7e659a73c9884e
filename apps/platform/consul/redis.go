package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
)

// longestSaid is how much of an answer is read: an error has one line.
const longestSaid = 512

// alive are the beginnings of answers of a Redis that serves, or would serve somebody with a password. While
// it loads its data (-LOADING), or a script blocks it (-BUSY), it does not. The Lambda judges alike:
// adapters/consul/redis-ping.ts.
var alive = []string{"+PONG", "-NOAUTH ", "-NOPERM "}

// pingRedis asks PING ("Redis serialization protocol specification" of Redis's documentation). The system
// accepts connections for a process that hangs, so only an answer counts.
func pingRedis(ctx context.Context, address string) (string, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("cannot be reached: %w", within(ctx, err))
	}
	defer connection.Close()
	if deadline, limited := ctx.Deadline(); limited {
		_ = connection.SetDeadline(deadline)
	}
	if _, err := connection.Write([]byte("*1\r\n$4\r\nPING\r\n")); err != nil {
		return "", fmt.Errorf("hung up: %w", err)
	}
	line, err := bufio.NewReaderSize(connection, longestSaid).ReadSlice('\n')
	if err != nil {
		return "", fmt.Errorf("accepts connections but does not answer PING: %w", within(ctx, err))
	}
	said := strings.TrimSpace(string(line))
	for _, beginning := range alive {
		if strings.HasPrefix(said+" ", beginning) {
			return said, nil
		}
	}
	return "", fmt.Errorf("answers %q", said)
}

// within says "too late" for an error that only means this.
func within(ctx context.Context, err error) error {
	var timeout net.Error
	if ctx.Err() != nil || (errors.As(err, &timeout) && timeout.Timeout()) {
		return errors.New("too late")
	}
	return err
}
