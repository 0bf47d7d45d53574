package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
)

// maxReport bounds what is read of one report: a line of it may be as long as the whole.
const maxReport = 16 << 20

// summary is what is written about a report.
type summary struct {
	Report  string   `json:"report"`
	ETag    string   `json:"etag"`
	Rows    int      `json:"rows"` // without the line of names
	Columns []string `json:"columns"`
}

// report writes the summary of a new or replaced report.
func (h *handler) report(ctx context.Context, e event.Event) error {
	b := e.Common()
	r, err := h.objects.Open(ctx, e, cos.IfUnchanged())
	if errors.Is(err, cos.ErrNotFound) || errors.Is(err, cos.ErrChanged) {
		return nil // another event tells of what is there now
	}
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Info().Size > maxReport {
		h.logger.WarnContext(ctx, "report is too large", "key", b.Object.Key, "size", r.Info().Size)
		return nil
	}
	s, err := summarize(r)
	if broken := (*csv.ParseError)(nil); errors.As(err, &broken) {
		h.logger.WarnContext(ctx, "no CSV", "key", b.Object.Key, "why", broken) // and never will be
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", b.Object.Key, err)
	}
	s.Report, s.ETag = b.Object.Key, r.Info().ETag
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return h.objects.Put(ctx, b.Bucket, h.summaryKey(e), bytes.NewReader(text), cos.ContentType("application/json"),
		cos.Metadata(map[string]string{event.LoopMark: event.MarkLoop(e)}))
}

func summarize(r io.Reader) (s summary, err error) {
	lines := csv.NewReader(r)
	lines.ReuseRecord = true
	for {
		fields, err := lines.Read()
		switch {
		case err == io.EOF:
			return s, nil
		case err != nil:
			return s, err
		case s.Columns == nil:
			s.Columns = append([]string{}, fields...)
		default:
			s.Rows++
		}
	}
}

// reportRemoved deletes the summary of a report that is gone. Whether it is gone is asked: events come in no order.
func (h *handler) reportRemoved(ctx context.Context, e event.Event) error {
	b := e.Common()
	resp, err := h.objects.Client(b.Bucket).Object.Head(ctx, b.Object.Key, nil)
	if err == nil {
		return nil // it is there again, or was only an old version
	}
	if resp == nil || resp.StatusCode != http.StatusNotFound {
		return fmt.Errorf("ask for %s: %w", b.Object.Key, err)
	}
	_, err = h.objects.Client(b.Bucket).Object.Delete(ctx, h.summaryKey(e))
	return err
}

func (h *handler) summaryKey(e event.Event) string {
	return h.summaries + strings.TrimPrefix(e.Common().Object.Key, h.reports) + ".json"
}
