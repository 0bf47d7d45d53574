package scf

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
)

// topic is a log topic that pages like the service: 1000 lines a page, and no further than 10 000 lines into a window.
type topic struct {
	mu    sync.Mutex
	lines []topicLine
	ids   bool // lines have ids
	looks int
}

type topicLine struct {
	at     int64
	fields obj
	n      int
}

func (p *topic) add(at time.Time, fields obj) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fields["SCF_FunctionName"] == nil {
		fields["SCF_FunctionName"], fields["SCF_Namespace"] = "fn", "default"
	}
	p.lines = append(p.lines, topicLine{at.UnixMilli(), fields, len(p.lines)})
}

func (p *topic) search(c call) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	from, to := int64(c.body["From"].(float64)), int64(c.body["To"].(float64))
	limit := int(c.body["Limit"].(float64))
	var found []topicLine
	for _, l := range p.lines {
		if l.at >= from && l.at <= to {
			found = append(found, l)
		}
	}
	slices.SortStableFunc(found, func(a, b topicLine) int { return int(a.at - b.at) })
	offset := 0
	if page, ok := c.body["Context"].(string); ok {
		_, _ = fmt.Sscan(page, &offset)
	} else {
		p.looks++
	}
	if offset+limit > 10_000 {
		return refusal{"LimitExceeded.LogSearch", "too deep"}
	}
	end := min(offset+limit, len(found))
	var results []obj
	for _, l := range found[offset:end] {
		text, _ := json.Marshal(l.fields)
		r := obj{"Time": l.at, "LogJson": string(text), "RawLog": ""}
		if p.ids {
			r["PkgId"], r["PkgLogId"] = fmt.Sprint("pkg", l.n/7), fmt.Sprint(l.n%7)
		}
		results = append(results, r)
	}
	return obj{"Results": results, "ListOver": end == len(found), "Context": fmt.Sprint(end)}
}

func (p *topic) client(t *testing.T, opts ...Option) (*Client, *standIn) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction": always(obj{"Status": "Active", "ClsTopicId": "topic-1"}), "SearchLog": p.search,
	})
	return s.client(t, opts...), s
}

func collect(t *testing.T, seq iter.Seq2[*LogEntry, error]) (out []string) {
	for e, err := range seq {
		require.NoError(t, err)
		out = append(out, e.Message)
	}
	return out
}

func TestLogsPageThroughEverything(t *testing.T) {
	start := time.UnixMilli(1_700_000_000_000)
	for _, ids := range []bool{true, false} {
		p := &topic{ids: ids}
		var want []string
		for i := range 12_000 { // many in each millisecond, also across the depth that the service pages through
			msg := fmt.Sprint("line ", i/2) // two of each, which are two lines
			p.add(start.Add(time.Duration(i/10)*time.Millisecond), obj{"SCF_Message": msg, "SCF_RequestId": "q"})
			want = append(want, msg)
		}
		c, s := p.client(t)
		got := collect(t, c.Logs(context.Background(), "fn", LogQuery{Since: start, Until: start.Add(time.Hour)}))
		require.Equal(t, want, got, "ids %v", ids)
		body := s.last("SearchLog").body
		require.Equal(t, `SCF_FunctionName:"fn" AND SCF_Namespace:"default"`, body["QueryString"])
		require.Equal(t, "topic-1", body["TopicId"])
	}
}

func TestLogsOfOneMillisecondTooMany(t *testing.T) {
	start := time.UnixMilli(1_700_000_000_000)
	p := &topic{ids: true}
	for i := range 9_500 {
		p.add(start, obj{"SCF_Message": fmt.Sprint(i)})
	}
	c, _ := p.client(t)
	n, last := 0, error(nil)
	for _, err := range c.Logs(context.Background(), "fn", LogQuery{Since: start, Until: start.Add(time.Hour)}) {
		if last = err; err == nil {
			n++
		}
	}
	require.Equal(t, 9_000, n)
	require.ErrorContains(t, last, "more lines in one millisecond", "rather than a gap without a word")
}

func TestLogQueries(t *testing.T) {
	start := time.UnixMilli(1_700_000_000_000)
	p := &topic{ids: true}
	line := func(msg, req, q, alias, fn string) {
		p.add(start, obj{"SCF_Message": msg, "SCF_RequestId": req, "SCF_Qualifier": q, "SCF_Alias": alias, "SCF_FunctionName": fn, "SCF_Namespace": "default"})
	}
	line("a", "q1", "$LATEST", "", "fn")
	line("b", "q2", "1", "live", "fn")
	line("c", "q1-x", "2", "live", "fn")
	line("d", "q1", "$LATEST", "", "fn-2") // a phrase finds it too
	c, s := p.client(t)
	for _, x := range []struct {
		name, query string
		q           LogQuery
		want        []string
	}{
		{"fn", ``, LogQuery{}, []string{"a", "b", "c"}},
		{"fn:$LATEST", ` AND SCF_Qualifier:"$LATEST"`, LogQuery{}, []string{"a"}},
		{"fn:1", ` AND SCF_Qualifier:"1"`, LogQuery{}, []string{"b"}},
		{"fn:live", ` AND SCF_Alias:"live"`, LogQuery{}, []string{"b", "c"}},
		{"fn", ` AND SCF_RequestId:"q1"`, LogQuery{RequestID: "q1"}, []string{"a"}},
	} {
		x.q.Until = start.Add(time.Minute)
		require.Equal(t, x.want, collect(t, c.Logs(context.Background(), x.name, x.q)), x.name)
		require.Equal(t, `SCF_FunctionName:"fn" AND SCF_Namespace:"default"`+x.query, s.last("SearchLog").body["QueryString"])
	}
	span := s.last("SearchLog").body
	require.Equal(t, float64(7*24*time.Hour/time.Millisecond), span["To"].(float64)-span["From"].(float64))
	for range c.Logs(context.Background(), "fn", LogQuery{Until: start}) {
		break // a range may stop early
	}
}

func TestFailedOnly(t *testing.T) {
	start := time.UnixMilli(1_700_000_000_000)
	p := &topic{ids: true}
	add := func(ms int, req string, retry, status int, msg string) {
		p.add(start.Add(time.Duration(ms)*time.Millisecond), obj{"SCF_Message": msg, "SCF_RequestId": req, "SCF_RetryNum": retry, "SCF_StatusCode": status})
	}
	add(0, "good", 0, 202, "good start")
	add(1, "bad", 0, 202, "bad start")
	add(2, "good", 0, 200, "good end")
	add(3, "bad", 0, 202, "bad line")
	add(4, "bad", 0, 433, "bad end")
	add(5, "bad", 1, 202, "retry start")
	add(6, "good", 0, 202, "good, late")
	add(7, "bad", 0, 433, "bad, late")
	add(8, "bad", 1, 200, "retry end")
	add(9, "stopped", 0, 499, "cancelled")
	add(10, "open", 0, 202, "still running")
	c, _ := p.client(t)
	require.Equal(t, []string{"bad start", "bad line", "bad end", "bad, late"},
		collect(t, c.Logs(context.Background(), "fn", LogQuery{Until: start.Add(time.Second), FailedOnly: true})))

	f := newLogFilter(ref{"default", "fn", ""}, LogQuery{FailedOnly: true})
	for i := range 10_000 {
		f.take(&LogEntry{Time: start.Add(time.Duration(i) * time.Minute), RequestID: fmt.Sprint(i), StatusCode: 202})
	}
	require.Less(t, len(f.runs), 30, "invocations that never end are forgotten")
}

// Lines reach the log service late and in any order; a tail yields each once.
func TestTailHasNoGapsAndNoRepeats(t *testing.T) {
	leak.Check(t)
	for _, ids := range []bool{true, false} {
		start := time.UnixMilli(1_700_000_000_000)
		var mu sync.Mutex
		now := start
		p := &topic{ids: ids}
		c, s := p.client(t, WithNow(func() time.Time { mu.Lock(); defer mu.Unlock(); return now }))
		const rounds, each = 40, 5
		arrive := func(round int) { // every line is up to ten seconds late, and many are alike
			mu.Lock()
			now = start.Add(time.Duration(round) * 3 * time.Second)
			at := now
			mu.Unlock()
			for i := range each {
				late := time.Duration((round*7+i*13)%10) * time.Second
				p.add(at.Add(-late), obj{"SCF_Message": fmt.Sprint("r", round, " ", i/2)})
			}
		}
		search := s.on["SearchLog"]
		round := 4 // nothing is written before the tail began
		s.on["SearchLog"] = func(c call) any {
			if c.body["Context"] == nil && round < rounds {
				arrive(round)
				round++
			}
			return search(c)
		}
		ctx, cancel := context.WithCancel(context.Background())
		got := map[string]int{}
		total := 0
		var last error
		for e, err := range c.Tail(ctx, "fn", LogQuery{Interval: time.Millisecond, Lateness: 10 * time.Second}) {
			if last = err; err != nil {
				break
			}
			got[e.Message]++
			if total++; total == (rounds-4)*each {
				time.AfterFunc(30*time.Millisecond, cancel) // some looks more, which must yield nothing
			}
		}
		require.ErrorIs(t, last, context.Canceled)
		require.Equal(t, (rounds-4)*each, total, "ids %v", ids)
		for r := 4; r < rounds; r++ {
			require.Equal(t, 2, got[fmt.Sprint("r", r, " 0")])
			require.Equal(t, 2, got[fmt.Sprint("r", r, " 1")])
			require.Equal(t, 1, got[fmt.Sprint("r", r, " 2")])
		}
		cancel()
	}
}

func TestTailEnds(t *testing.T) {
	start := time.UnixMilli(1_700_000_000_000)
	p := &topic{ids: true}
	p.add(start.Add(time.Second), obj{"SCF_Message": "in time"})
	p.add(start.Add(time.Hour), obj{"SCF_Message": "after"})
	c, s := p.client(t, WithNow(func() time.Time { return start.Add(10 * time.Minute) }))
	require.Equal(t, []string{"in time"}, collect(t, c.Tail(context.Background(), "fn", LogQuery{Since: start, Until: start.Add(time.Minute)})))
	for range c.Tail(context.Background(), "fn", LogQuery{Since: start}) {
		break
	}
	s.on["SearchLog"] = always(refusal{"ResourceNotFound.TopicNotExist", "gone"})
	n := 0
	for _, err := range c.Tail(context.Background(), "fn", LogQuery{Since: start}) {
		n++
		require.ErrorIs(t, err, ErrNotFound)
	}
	require.Equal(t, 1, n)
}

func TestLogsWithoutTopic(t *testing.T) {
	s := newStandIn(t, map[string]func(call) any{
		"GetFunction": always(obj{"Status": "Active"}),
		"GetRequestStatus": always(obj{"TotalCount": 3, "Data": []obj{
			{"RequestId": "q", "RetCode": 0, "RetMsg": `"fine"`, "StartTime": "2026-01-02 11:04:05", "Duration": 1.5, "MemUsage": 2.0, "RetryNum": 0},
			{"RequestId": "q", "RetCode": 1, "RetMsg": ""},
			{"RequestId": "q", "RetCode": -1, "RetMsg": `{"errorCode":-1,"errorMessage":"x","statusCode":433}`, "RetryNum": 1},
		}}),
	})
	c := s.client(t)
	for _, err := range c.Logs(context.Background(), "fn", LogQuery{}) {
		require.ErrorIs(t, err, ErrNoLogTopic)
		require.ErrorContains(t, err, "RequestID")
	}
	for _, err := range c.Tail(context.Background(), "fn", LogQuery{}) {
		require.ErrorIs(t, err, ErrNoLogTopic)
	}
	var got []*LogEntry
	for e, err := range c.Logs(context.Background(), "fn", LogQuery{RequestID: "q", Since: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}) {
		require.NoError(t, err)
		require.Contains(t, e.Note, "no log topic")
		got = append(got, e)
	}
	require.Len(t, got, 3)
	require.Equal(t, []int{200, 202, 433}, []int{got[0].StatusCode, got[1].StatusCode, got[2].StatusCode})
	require.True(t, got[0].Time.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	require.Equal(t, int64(2<<20), got[0].Memory)
	require.Equal(t, "2026-01-02 11:00:00", s.last("GetRequestStatus").body["StartTime"])
	require.Contains(t, got[0].String(), `2026-01-02T03:04:05.000Z q "fine" (the function has no log topic`)
	n := 0
	for e, err := range c.Logs(context.Background(), "fn", LogQuery{RequestID: "q", FailedOnly: true}) {
		require.NoError(t, err)
		require.True(t, e.Failed())
		n++
	}
	require.Equal(t, 1, n)
}

func TestParseEntry(t *testing.T) {
	e := parseEntry(&clsResult{Time: 1700000000123, LogJson: `{"SCF_FunctionName":"fn","SCF_Namespace":"default","SCF_StartTime":"1700000000001",
		"SCF_RequestId":"q","SCF_Duration":"12.5","SCF_Alias":"live","SCF_Qualifier":"3","SCF_MemUsage":"3207168.0","SCF_Level":"INFO",
		"SCF_Message":"hello\n","SCF_Type":"Custom","SCF_StatusCode":200,"SCF_RetryNum":"1","SCF_LogTime":"x","user":"u1","deep":{"a":[1]}}`})
	require.Equal(t, &LogEntry{
		Time: time.UnixMilli(1700000000123), Message: "hello", Fields: map[string]string{"user": "u1", "deep": `{"a":[1]}`},
		Namespace: "default", Function: "fn", Qualifier: "3", Alias: "live", RequestID: "q", RetryNum: 1, Level: "INFO", StatusCode: 200,
		Started: time.UnixMilli(1700000000001), Duration: 12500 * time.Microsecond, Memory: 3207168,
	}, e)
	require.Equal(t, "2023-11-14T22:13:20.123Z q retry 1 hello", e.String())
	require.Equal(t, `{"level":"info","n":"1"}`, parseEntry(&clsResult{LogJson: `{"level":"info","n":1,"SCF_RequestId":"q"}`}).Message)
	require.Equal(t, "raw", parseEntry(&clsResult{RawLog: "raw"}).Message)
	require.Equal(t, "{broken", parseEntry(&clsResult{LogJson: "{broken"}).Message)
	require.True(t, parseEntry(&clsResult{LogJson: `{"SCF_Type":"Platform"}`}).Platform)
}

func FuzzLogEntry(f *testing.F) {
	f.Add(`{"SCF_Message":"x","SCF_StatusCode":"433","SCF_Duration":"1e99","SCF_StartTime":-5}`, "raw")
	f.Add(`{"a":{"b":[null,true]}}`, "")
	f.Add(`[1]`, "raw")
	f.Fuzz(func(t *testing.T, log, raw string) {
		e := parseEntry(&clsResult{LogJson: log, RawLog: raw})
		require.GreaterOrEqual(t, e.Duration, time.Duration(0))
		require.GreaterOrEqual(t, e.Memory, int64(0))
		if log == "" {
			require.Equal(t, raw, e.Message)
		}
		_ = e.String()
	})
}
