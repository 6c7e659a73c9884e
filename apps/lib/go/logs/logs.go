// Package logs writes a program's log as lines of JSON that begin as those of our programs in TypeScript do:
// at, level, message.
package logs

import (
	"io"
	"log/slog"
	"strings"
)

// New writes to out. attrs are pairs of names and values that each line has, such as "instance", id.
func New(out io.Writer, attrs ...any) *slog.Logger {
	rename := func(groups []string, one slog.Attr) slog.Attr {
		if len(groups) > 0 {
			return one
		}
		switch one.Key {
		case slog.TimeKey:
			return slog.String("at", one.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
		case slog.LevelKey:
			return slog.String("level", strings.ToLower(one.Value.String()))
		case slog.MessageKey:
			one.Key = "message"
		}
		return one
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{ReplaceAttr: rename})).With(attrs...)
}
