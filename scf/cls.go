package scf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"strconv"
	"strings"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
)

// The Cloud Log Service, of whose API 2020-10-16 one action is needed: SearchLog.
const (
	clsVersion = "2020-10-16"
	clsPage    = 1000 // the most that one call returns
	clsDepth   = 9000 // the service stops paging after 10 000
)

// clsResult is one log line, with the names of the API.
type clsResult struct {
	Time     int64 // milliseconds
	PkgId    string
	PkgLogId json.RawMessage // a text; taken as a number too
	LogJson  string
	RawLog   string
}

type searchResponse struct {
	*tchttp.BaseResponse
	Response *struct {
		Context   string
		ListOver  bool
		Results   []*clsResult
		RequestId string
	}
}

// search yields the lines of topic that match query in the window from..to, in milliseconds, both ends within it, oldest
// first. Each line comes with a key that is the same whenever it is found again.
func (c *Client) search(ctx context.Context, function, topic, query string, from, to int64) iter.Seq2[keyed, error] {
	return func(yield func(keyed, error) bool) {
		var start map[string]bool // keys in the window's first millisecond that were yielded already
		for {
			w := window{last: from, skip: start}
			page := ""
			for {
				resp, err := c.searchPage(ctx, function, topic, query, page, from, to)
				if err != nil {
					yield(keyed{}, err)
					return
				}
				results := resp.Response.Results
				for _, r := range results {
					if r == nil {
						continue
					}
					if k, fresh := w.take(r, from); fresh && !yield(k, nil) {
						return
					}
				}
				if resp.Response.ListOver || len(results) == 0 {
					return
				}
				page = resp.Response.Context
				if page == "" && len(results) < clsPage {
					return
				}
				if page == "" || w.count >= clsDepth {
					break
				}
			}
			if w.last <= from && start != nil {
				yield(keyed{}, &Error{Action: "SearchLog", Function: function, Attempts: 1,
					Err: errors.New("more lines in one millisecond than the log service pages through; narrow the query")})
				return
			}
			from, start = w.last, w.lastKeys
		}
	}
}

type keyed struct {
	*clsResult
	key string
}

// window numbers the lines of one run through the pages, which come in the order of time.
type window struct {
	last     int64           // time of the newest line
	lastKeys map[string]bool // keys of that millisecond
	skip     map[string]bool
	alike    map[string]int // lines of that millisecond without an id, by content
	count    int
}

func (w *window) take(r *clsResult, from int64) (keyed, bool) {
	w.count++
	if r.Time > w.last || w.lastKeys == nil {
		w.last, w.lastKeys, w.alike = max(r.Time, w.last), map[string]bool{}, map[string]int{}
	}
	key := r.PkgId
	if id := pkgLogID(r.PkgLogId); key != "" && id != "" {
		key += "/" + id
	} else {
		sum := sha256.Sum256([]byte(r.LogJson + "\x00" + r.RawLog))
		key = strconv.FormatInt(r.Time, 10) + "/" + hex.EncodeToString(sum[:12])
		w.alike[key]++
		key += "/" + strconv.Itoa(w.alike[key])
	}
	if w.lastKeys[key] {
		return keyed{}, false
	}
	w.lastKeys[key] = true
	return keyed{r, key}, !(r.Time == from && w.skip[key])
}

func pkgLogID(raw json.RawMessage) string {
	if id := strings.Trim(string(raw), `"`); id != "null" {
		return id
	}
	return ""
}

func (c *Client) searchPage(ctx context.Context, function, topic, query, page string, from, to int64) (*searchResponse, error) {
	params := map[string]any{
		"TopicId": topic, "From": from, "To": to, "QueryString": query, "QuerySyntax": 1,
		"Sort": "asc", "Limit": clsPage, "UseNewAnalysis": true,
	}
	if page != "" {
		params["Context"] = page
	}
	var resp *searchResponse
	err := c.Do(ctx, Call{Action: "SearchLog", Function: function, Harmless: true}, func(ctx context.Context) error {
		req := tchttp.NewCommonRequest("cls", clsVersion, "SearchLog")
		req.SetContext(ctx)
		if err := req.SetActionParameters(params); err != nil {
			return err
		}
		resp = &searchResponse{BaseResponse: &tchttp.BaseResponse{}}
		return c.cls.Send(req, resp)
	})
	if err == nil && resp.Response == nil {
		err = &Error{Action: "SearchLog", Function: function, Attempts: 1, Err: errors.New("answer without content")}
	}
	return resp, err
}
