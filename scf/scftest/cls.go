package scftest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/cosevent/cosevent-go/scf/scftest/internal/clsql"
)

// The log service's SearchLog, as far as readers of function logs need it.
type (
	searchRequest struct {
		From           *int64        `json:"From"`
		To             *int64        `json:"To"`
		Query          *string       `json:"Query"`
		QueryString    *string       `json:"QueryString"`
		QuerySyntax    *int64        `json:"QuerySyntax"`
		TopicID        *string       `json:"TopicId"`
		Topics         []*topicParam `json:"Topics"`
		Sort           *string       `json:"Sort"`
		Limit          *int64        `json:"Limit"`
		Offset         *int64        `json:"Offset"`
		Context        *string       `json:"Context"`
		UseNewAnalysis *bool         `json:"UseNewAnalysis"`
		SamplingRate   *float64      `json:"SamplingRate"`
		HighLight      *bool         `json:"HighLight"`
	}
	topicParam struct {
		TopicID *string `json:"TopicId"`
		Context *string `json:"Context"`
	}
	searchResponse struct {
		Context         string     `json:"Context"`
		ListOver        bool       `json:"ListOver"`
		Analysis        bool       `json:"Analysis"`
		Results         []logInfo  `json:"Results"`
		ColNames        []string   `json:"ColNames"`
		AnalysisResults []logItems `json:"AnalysisResults"`
		AnalysisRecords []string   `json:"AnalysisRecords"`
		Columns         []column   `json:"Columns"`
		SamplingRate    float64    `json:"SamplingRate"`
		RequestId       *string    `json:"RequestId"`
	}
	logInfo struct {
		Time        int64    `json:"Time"`
		TopicID     string   `json:"TopicId"`
		TopicName   string   `json:"TopicName"`
		Source      string   `json:"Source"`
		FileName    string   `json:"FileName"`
		PkgID       string   `json:"PkgId"`
		PkgLogID    string   `json:"PkgLogId"`
		HighLights  []string `json:"HighLights"`
		LogJSON     string   `json:"LogJson"`
		HostName    string   `json:"HostName"`
		RawLog      string   `json:"RawLog"`
		IndexStatus string   `json:"IndexStatus"`
	}
	logItems struct {
		Data []logItem `json:"Data"`
	}
	logItem struct {
		Key   string `json:"Key"`
		Value string `json:"Value"`
	}
	column struct {
		Name string `json:"Name"`
		Type string `json:"Type"`
	}
)

const (
	clsPage    = 1000
	clsMost    = 10_000 // lines that one query pages through
	contextTTL = time.Hour
)

func clsActions() map[string]action {
	return map[string]action{"SearchLog": handle("CQL and SQL over a function's log topic", 15, searchLog)}
}

func searchLog(c *call, p *searchRequest) (*searchResponse, error) {
	topics := map[string]bool{}
	if t := str(p.TopicID); t != "" {
		topics[t] = true
	}
	token := str(p.Context)
	for _, t := range p.Topics {
		topics[str(t.TopicID)] = true
		if token == "" {
			token = str(t.Context)
		}
	}
	if len(topics) == 0 {
		return nil, missing("TopicId")
	}
	for t := range topics {
		if !c.hasTopic(t) {
			return nil, fail("ResourceNotFound.TopicNotExist", "日志主题不存在: %s", "Topic %s does not exist", t)
		}
	}
	if p.From == nil || p.To == nil {
		return nil, missing("From, To")
	}
	if *p.From > *p.To {
		return nil, fail("InvalidParameter", "From晚于To", "From is after To")
	}
	limit, offset := or(p.Limit, 100), val(p.Offset)
	if limit < 1 || limit > clsPage || offset < 0 {
		return nil, fail("InvalidParameter", "Limit应为1到%d，Offset不能为负数", "Limit must be 1 to %d, and Offset not negative", clsPage)
	}
	dir := or(p.Sort, "desc")
	if dir != "asc" && dir != "desc" {
		return nil, fail("InvalidParameter", "Sort取值错误: %q，应为asc或desc", "Sort is %q, must be asc or desc", dir)
	}
	if or(p.QuerySyntax, 1) != 1 {
		return nil, fail("UnsupportedOperation", "此模拟服务仅支持CQL语法(QuerySyntax=1)", "This fake supports the CQL syntax only (QuerySyntax 1)")
	}
	query := or(p.QueryString, str(p.Query))
	q, err := clsql.Parse(query, logColumns...)
	if err != nil {
		return nil, fail("FailedOperation.SyntaxError", "检索语句语法错误: %.200q: %v", "Syntax error in query %.200q: %v", query, err)
	}
	ctx, cancel := context.WithCancel(c.http.Context())
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)() // the server's end ends searches
	found, err := c.lines(ctx, topics, *p.From, *p.To, q)
	if err != nil {
		return nil, err
	}
	resp := &searchResponse{SamplingRate: 1}
	if q.HasStatement() {
		return resp, resp.analyze(ctx, q, found, val(p.UseNewAnalysis))
	}
	if dir == "desc" {
		slices.Reverse(found)
	}
	key := fmt.Sprintf("%s|%d|%d|%s", query, *p.From, *p.To, dir)
	if token != "" {
		if offset, err = c.readContext(token, key); err != nil {
			return nil, err
		}
	}
	from := min(offset, int64(len(found)))
	to := min(from+limit, int64(len(found)), clsMost)
	for _, l := range found[min(from, to):to] {
		resp.Results = append(resp.Results, l.info())
	}
	resp.ListOver = to >= int64(len(found)) || to >= clsMost
	if !resp.ListOver {
		resp.Context = c.writeContext(to, key)
	}
	return resp, nil
}

// hasTopic tells whether a topic is the region's own or one that some function names.
func (c *call) hasTopic(topic string) bool {
	if topic == DefaultTopic(c.region) && !c.cfg.noLogTopic {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ns := range c.Server.region(c.region).namespaces {
		for _, f := range ns.functions {
			if f.latest.cfg.topic == topic {
				return true
			}
			for _, v := range f.versions {
				if v.cfg.topic == topic {
					return true
				}
			}
		}
	}
	return false
}

// A context is an offset in a result list, of one query and for an hour.
func (c *call) writeContext(offset int64, key string) string {
	b, _ := json.Marshal([]any{offset, c.clock.Now().Unix(), key})
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c *call) readContext(token, key string) (int64, error) {
	bad := fail("InvalidParameter.Context", "Context无效或已过期", "Context is not of this query, or older than an hour")
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, bad
	}
	var parts []json.RawMessage
	var offset, at int64
	var of string
	if json.Unmarshal(b, &parts) != nil || len(parts) != 3 || json.Unmarshal(parts[0], &offset) != nil ||
		json.Unmarshal(parts[1], &at) != nil || json.Unmarshal(parts[2], &of) != nil {
		return 0, bad
	}
	if of != key || offset < 0 || c.clock.Now().Sub(time.Unix(at, 0)) > contextTTL {
		return 0, bad
	}
	return offset, nil
}

// lines returns the lines of topics within from..to that satisfy the query's condition, oldest first.
func (c *call) lines(ctx context.Context, topics map[string]bool, from, to int64, q *clsql.Query) ([]*logRow, error) {
	var out []*logRow
	row := &logRow{}
	for _, r := range c.logs.all(func(r *record) bool {
		return r.region == c.region && topics[r.topic] && r.start.UnixMilli() <= to && r.start.Add(r.duration).UnixMilli() >= from
	}) {
		for i, l := range r.log() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			at := l.at.UnixMilli()
			if at < from || at > to {
				continue
			}
			*row = logRow{record: r, line: l, at: at, index: i}
			if q.Match(row) {
				out = append(out, row)
				row = &logRow{}
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].at < out[j].at })
	return out, nil
}

// analyze fills in the answer of a query's statement, in the newer form or the older one.
func (resp *searchResponse) analyze(ctx context.Context, q *clsql.Query, found []*logRow, newForm bool) error {
	rows := make([]clsql.Row, len(found))
	for i, l := range found {
		rows[i] = l
	}
	res, err := q.Run(ctx, rows)
	if err != nil {
		return err
	}
	resp.Analysis, resp.ListOver = true, true
	for _, c := range res.Columns {
		if newForm {
			resp.Columns = append(resp.Columns, column{c.Name, string(c.Type)})
		} else {
			resp.ColNames = append(resp.ColNames, c.Name)
		}
	}
	for _, values := range res.Rows {
		var items logItems
		record := map[string]any{}
		for i, c := range res.Columns {
			items.Data = append(items.Data, logItem{c.Name, values[i]})
			record[c.Name] = values[i]
			if n := json.Number(values[i]); c.Type != clsql.VarChar && json.Valid([]byte(n)) {
				record[c.Name] = n
			}
		}
		if newForm {
			b, _ := json.Marshal(record)
			resp.AnalysisRecords = append(resp.AnalysisRecords, string(b))
		} else {
			resp.AnalysisResults = append(resp.AnalysisResults, items)
		}
	}
	return nil
}
