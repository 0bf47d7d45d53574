package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/event"
)

// handler purges the URLs of all objects that one payload speaks of. It is a function.Handler rather than a router, so that the
// records of a payload share their calls.
type handler struct {
	settings
	api *purger
}

func newHandler(s settings, cred common.CredentialIface) *handler {
	return &handler{settings: s, api: newPurger(s, cred)}
}

// report is what the function returns and logs.
type report struct {
	Records int      `json:"records"`
	Purged  int      `json:"purged"` // URLs
	Refused []string `json:"refused,omitempty"`
	Tasks   []string `json:"tasks,omitempty"`
}

// Invoke purges what it can, whatever else fails, and returns an error if anything is left: the platform tries the payload
// again, and purging a URL twice does no harm but to the quota.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	events, err := event.Decode(payload) // the good events, and an error that names the bad records
	r := report{Records: len(events)}
	faults := []error{err}
	left := 0
	for _, urls := range h.urls(events) {
		todo, err := h.purge(ctx, urls, &r)
		left += len(todo)
		faults = append(faults, err)
		if dayIsOver(err) || ctx.Err() != nil {
			break
		}
	}
	slog.InfoContext(ctx, "purged", "records", r.Records, "urls", r.Purged, "tasks", r.Tasks, "left", left)
	for _, u := range r.Refused {
		slog.WarnContext(ctx, "the CDN takes no such URL", "url", u)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// urls returns what to purge for the events: a list for each site, because a domain that is gone or not ours makes the CDN
// refuse a whole call.
func (h *handler) urls(events []event.Event) [][]string {
	lists := make([][]string, len(h.sites))
	for i, s := range h.sites {
		seen := map[string]bool{}
		for _, e := range events {
			if f := e.EventType().Family(); f != event.FamilyCreated && f != event.FamilyRemove {
				continue // the content is the same as before
			}
			for _, u := range s.urls(e.Common().Object.Key) {
				if !seen[u] {
					seen[u] = true
					lists[i] = append(lists[i], u)
				}
			}
		}
	}
	return slices.DeleteFunc(lists, func(l []string) bool { return len(l) == 0 })
}

// purge submits a list of one site in batches. A batch that is refused for its size, or for one URL in it, is halved. It returns
// the URLs it came not to.
func (h *handler) purge(ctx context.Context, urls []string, r *report) (left []string, err error) {
	size := h.batch
	for len(urls) > 0 {
		n := min(size, len(urls))
		task, err := h.api.purge(ctx, urls[:n])
		switch {
		case err == nil:
			r.Tasks = append(r.Tasks, task)
			r.Purged += n
		case isOf(err, batchTooLarge, batchHasBadURL) && n > 1:
			size = (n + 1) / 2
			continue
		case isOf(err, batchHasBadURL):
			r.Refused = append(r.Refused, urls[0]) // it will never be taken: nothing that was cached can have it either
			size = h.batch
		default:
			return urls, fmt.Errorf("purge %d URLs from %s on: %w", len(urls), urls[0], err)
		}
		urls = urls[n:]
	}
	return nil, nil
}
