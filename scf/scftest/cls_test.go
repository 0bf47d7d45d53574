package scftest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// searchLog sends a query.
func searchLog(t testing.TB, s *scftest.Server, params map[string]any) (map[string]any, error) {
	t.Helper()
	return callAction(t, s, "cls", "SearchLog", "", params)
}

func window(s *scftest.Server) (from, to int64) {
	return s.Now().Add(-24 * time.Hour).UnixMilli(), s.Now().Add(time.Hour).UnixMilli()
}

// logged serves a function that prints, and fails when asked to.
func logged(t testing.TB) *scftest.Server {
	s := scftest.NewServer(t)
	s.Handle("thumb", function.HandlerFunc(func(ctx context.Context, p []byte) ([]byte, error) {
		fmt.Fprintln(scftest.Output(ctx), "got", string(p))
		if string(p) == `"bad"` {
			fmt.Fprintln(scftest.Output(ctx), `{"level":"warn","n":3}`)
			return nil, assert.AnError
		}
		return []byte(`"done"`), nil
	}))
	return s
}

func run(t testing.TB, s *scftest.Server, payload string) string {
	t.Helper()
	id, err := s.Enqueue(scftest.AsyncEvent{Region: gz, Function: "thumb", Payload: []byte(payload)})
	require.NoError(t, err)
	require.NoError(t, s.Settle(within(t, 10*time.Second)))
	return id
}

func TestSearchLogDetail(t *testing.T) {
	s := logged(t)
	run(t, s, `"good"`)
	id := run(t, s, `"bad"`)
	s.Advance(3 * time.Minute)
	from, to := window(s)
	resp, err := searchLog(t, s, map[string]any{
		"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "SCF_RequestId:" + id + " AND SCF_RetryNum:0", "Sort": "asc", "Limit": 100,
	})
	require.NoError(t, err)
	var messages, types, codes []string
	for _, r := range resp["Results"].([]any) {
		var f map[string]string
		require.NoError(t, json.Unmarshal([]byte(r.(map[string]any)["LogJson"].(string)), &f))
		messages, types, codes = append(messages, f["SCF_Message"]), append(types, f["SCF_Type"]), append(codes, f["SCF_StatusCode"])
		assert.Equal(t, "$DEFAULT", f["SCF_Alias"])
		assert.Equal(t, "$LATEST", f["SCF_Qualifier"])
	}
	require.Len(t, messages, 7)
	assert.Equal(t, "START RequestId:"+id, messages[0])
	assert.Equal(t, `got "bad"`, messages[1])
	assert.Contains(t, messages[3], `ERROR RequestId:`+id+` Result:{"errorCode":1,"errorMessage":"user code exception caught"`)
	assert.Equal(t, "END RequestId:"+id, messages[5])
	assert.Regexp(t, `^Report RequestId:\S+ Duration:\d+ms Memory:128MB MemUsage:[\d.]+MB$`, messages[6])
	assert.Equal(t, []string{"Platform", "Custom", "Custom", "Platform", "Platform", "Platform", "Platform"}, types)
	assert.Equal(t, []string{"202", "202", "202", "430", "430", "430", "430"}, codes)
	assert.Equal(t, true, resp["ListOver"])
}

func TestSearchLogList(t *testing.T) {
	s := logged(t)
	good, bad := run(t, s, `"good"`), run(t, s, `"bad"`)
	s.Advance(3 * time.Minute)
	from, to := window(s)
	sql := func(status string) string {
		return fmt.Sprintf("* | SELECT SCF_RequestId as requestId, SCF_RetryNum as retryNum, MAX(SCF_StartTime) as startTime WHERE SCF_Namespace='default' "+
			"AND SCF_Qualifier='$LATEST' AND (SCF_StartTime between %d AND %d) AND SCF_FunctionName='thumb'%s "+
			"GROUP BY SCF_RequestId, SCF_RetryNum ORDER BY startTime desc", from, to, status)
	}
	for _, tt := range []struct {
		name, status string
		want         []string
	}{
		{"all", "", []string{bad + "/2", bad + "/1", bad + "/0", good + "/0"}},
		{"success", " AND SCF_StatusCode=200", []string{good + "/0"}},
		{"fail", " AND SCF_StatusCode != 200 AND SCF_StatusCode != 202 AND SCF_StatusCode != 499", []string{bad + "/2", bad + "/1", bad + "/0"}},
		{"retry", " AND SCF_RetryNum > 0", []string{bad + "/2", bad + "/1"}},
		{"timeout", " AND SCF_StatusCode = 433", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, newer := range []bool{false, true} {
				resp, err := searchLog(t, s, map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": sql(tt.status), "UseNewAnalysis": newer})
				require.NoError(t, err)
				assert.Equal(t, true, resp["Analysis"])
				var got []string
				if newer {
					for _, r := range resp["AnalysisRecords"].([]any) {
						var f map[string]any
						require.NoError(t, json.Unmarshal([]byte(r.(string)), &f))
						got = append(got, fmt.Sprintf("%v/%v", f["requestId"], f["retryNum"]))
					}
				} else {
					for _, r := range resp["AnalysisResults"].([]any) {
						data := r.(map[string]any)["Data"].([]any)
						got = append(got, fmt.Sprintf("%v/%v", data[0].(map[string]any)["Value"], data[1].(map[string]any)["Value"]))
					}
				}
				if tt.name == "all" { // the two first ones may begin within a millisecond
					assert.ElementsMatch(t, tt.want, got)
					continue
				}
				assert.Equal(t, tt.want, got)
			}
		})
	}
}

func TestSearchLogPages(t *testing.T) {
	s := logged(t)
	for range 5 {
		run(t, s, `"good"`)
	}
	from, to := window(s)
	params := map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "SCF_Type:Platform", "Sort": "asc", "Limit": 7}
	seen := map[string]bool{}
	pages := 0
	for {
		resp, err := searchLog(t, s, params)
		require.NoError(t, err)
		pages++
		for _, r := range resp["Results"].([]any) {
			m := r.(map[string]any)
			seen[fmt.Sprint(m["PkgId"], m["PkgLogId"])] = true
		}
		if resp["ListOver"].(bool) {
			break
		}
		params["Context"] = resp["Context"]
	}
	assert.Equal(t, 3, pages)
	assert.Len(t, seen, 20)

	params["QueryString"] = "SCF_Type:Custom"
	_, err := searchLog(t, s, params)
	assert.Equal(t, "InvalidParameter.Context", code(t, err))
}

func TestSearchLogRefuses(t *testing.T) {
	s := logged(t)
	from, to := window(s)
	for _, tt := range []struct {
		name   string
		change map[string]any
		code   string
	}{
		{"topic", map[string]any{"TopicId": "other"}, "ResourceNotFound.TopicNotExist"},
		{"no topic", map[string]any{"TopicId": ""}, "MissingParameter"},
		{"syntax", map[string]any{"QueryString": "a:("}, "FailedOperation.SyntaxError"},
		{"sql", map[string]any{"QueryString": "* | SELECT SCF_RequestId, count(*)"}, "FailedOperation.SyntaxError"},
		{"limit", map[string]any{"Limit": 1001}, "InvalidParameter"},
		{"sort", map[string]any{"Sort": "up"}, "InvalidParameter"},
		{"window", map[string]any{"From": to, "To": from}, "InvalidParameter"},
		{"type", map[string]any{"Limit": "ten"}, "InvalidParameter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			params := map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": "*"}
			for k, v := range tt.change {
				params[k] = v
			}
			_, err := searchLog(t, s, params)
			assert.Equal(t, tt.code, code(t, err))
		})
	}
}

func TestTheModulesClientReadsLogs(t *testing.T) {
	s := logged(t)
	id := run(t, s, `"bad"`)
	s.Advance(3 * time.Minute)
	var got []string
	for e, err := range s.Client(gz).Logs(within(t, 10*time.Second), "thumb", scf.LogQuery{RequestID: id}) {
		require.NoError(t, err)
		got = append(got, e.Message)
	}
	assert.Len(t, got, 21)
}

func TestSearchLogOfFunctionsNamedLikeNumbers(t *testing.T) {
	s := scftest.NewServer(t)
	s.Handle("nan", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil }))
	invoke(t, official(t, s), "nan", "{}")
	from, to := window(s)
	for _, query := range []string{"SCF_FunctionName:nan", "* | SELECT SCF_FunctionName WHERE SCF_FunctionName='nan'", "* | SELECT * WHERE SCF_FunctionName LIKE 'n_n'"} {
		resp, err := searchLog(t, s, map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": query})
		require.NoError(t, err, query)
		assert.Len(t, append(resp["Results"].([]any), resp["AnalysisResults"].([]any)...), 4, query)
	}
}

func TestSearchLogEndsWithItsRequest(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithoutListener(), scftest.WithoutSignatures())
	s.Handle("thumb", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil }))
	run(t, s, `"good"`)
	for _, query := range []string{"*", "* | SELECT COUNT(*)"} {
		from, to := window(s)
		body, err := json.Marshal(map[string]any{"TopicId": scftest.DefaultTopic(gz), "From": from, "To": to, "QueryString": query})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		answer := func() string {
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(body))
			for k, v := range map[string]string{"Content-Type": "application/json", "X-TC-Action": "SearchLog", "X-TC-Version": "2020-10-16", "X-TC-Timestamp": "1700000000", "X-TC-Region": gz} {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w.Body.String()
		}
		assert.NotContains(t, answer(), `"Error"`)
		cancel()
		assert.Contains(t, answer(), `context canceled`)
	}
}
