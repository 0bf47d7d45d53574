package apiv3

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRateLimiterCountsByAction(t *testing.T) {
	var l RateLimiter
	now := time.Unix(100, 0)
	for range DefaultRate {
		require.NoError(t, l.Take(now, "ListFunctions", 0))
	}
	assert.ErrorContains(t, l.Take(now, "ListFunctions", 0), "Your current request times equals to `21` in a second, which exceeds the frequency limit `20` for a second.")
	assert.NoError(t, l.Take(now, "Invoke", 100))
	assert.NoError(t, l.Take(now.Add(time.Second), "ListFunctions", 0))
}

func FuzzAuthorization(f *testing.F) {
	f.Add("TC3-HMAC-SHA256 Credential=AKID/2024-01-01/scf/tc3_request, SignedHeaders=content-type;host, Signature=00")
	f.Add("TC3-HMAC-SHA256 Credential=,")
	f.Fuzz(func(t *testing.T, h string) {
		got, err := parseTC3(h)
		if err == nil {
			assert.NotEmpty(t, got.id)
			assert.Contains(t, got.signed, "host")
			assert.NotEmpty(t, got.signature)
		}
	})
}

type (
	inner struct {
		Name   *string   `json:"Name"`
		Values []*string `json:"Values"`
	}
	common struct {
		Filters []*inner `json:"Filters"`
		Limit   *int64   `json:"Limit"`
	}
	params1 struct {
		common
		Free map[string]any `json:"Free"`
		Flag *bool          `json:"Flag"`
	}
)

// call makes a request with JSON parameters, or with those of a query.
func call(t *testing.T, body, query string) *Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-TC-Action", "List")
	r.Header.Set("X-TC-Timestamp", "1")
	if query != "" {
		r.Method, r.URL.RawQuery = http.MethodGet, query
	}
	q, err := ReadRequest(r, []byte(body))
	require.NoError(t, err)
	return q
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ body, query, want, code string }{
		{body: `{"Limit":3,"Filters":[{"Name":"a","Values":["b","c"]}]}`, query: "Limit=3&Filters.0.Name=a&Filters.0.Values.0=b&Filters.0.Values.1=c",
			want: `{"Filters":[{"Name":"a","Values":["b","c"]}],"Limit":3,"Free":null,"Flag":null}`},
		{body: `{"Free":{"x":"1"},"Flag":true}`, query: "Free.x=1&Flag=true", want: `{"Filters":null,"Limit":null,"Free":{"x":"1"},"Flag":true}`},
		{body: ``, want: `{"Filters":null,"Limit":null,"Free":null,"Flag":null}`},
		{body: `{"Filters":null,"Limit":null}`, want: `{"Filters":null,"Limit":null,"Free":null,"Flag":null}`},
		{body: `{"Filters":[null]}`, code: "InvalidParameter"},
		{body: `{"Filters":[{"Name":"a","Values":["b",null]}]}`, code: "InvalidParameter"},
		{body: `{"Limit":"x"}`, query: "Limit=x", code: "InvalidParameter"},
		{body: `{"Filters":"x"}`, query: "Filters=x", code: "InvalidParameter"},
		{query: "Filters.x.Name=a", code: "InvalidParameter"},
		{query: "Limit=1&Limit.0=2", code: "InvalidParameter"},
		{query: "Flag=maybe", code: "InvalidParameter"},
		{body: `{} {}`, code: "InvalidParameter"},
		{body: `{`, code: "InvalidParameter"},
		{body: `{"Other":1}`, query: "Other=1", code: "UnknownParameter"},
	} {
		for form, q := range map[string]*Request{"json": call(t, tt.body, ""), "query": call(t, "", tt.query)} {
			if form == "query" && tt.query == "" || form == "json" && tt.body == "" && tt.want == "" {
				continue
			}
			t.Run(form+" "+tt.body+tt.query, func(t *testing.T) {
				var p params1
				err := q.Decode(&p, true)
				if tt.code != "" {
					var e *Error
					require.ErrorAs(t, err, &e)
					assert.Equal(t, tt.code, e.Code)
					return
				}
				require.NoError(t, err)
				got, err := json.Marshal(&p)
				require.NoError(t, err)
				assert.JSONEq(t, tt.want, string(got))
			})
		}
	}
}

func TestLanguageOfErrors(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", Localf("ResourceNotFound.Function", "函数不存在: %s", "Function %s does not exist", "<a>"))
	for language, want := range map[Language]string{"": "函数不存在: <a>", "zh-CN": "函数不存在: <a>", "fr-FR": "函数不存在: <a>", "en-US": "Function <a> does not exist"} {
		assert.Equal(t, `{"Response":{"Error":{"Code":"ResourceNotFound.Function","Message":"`+want+`"},"RequestId":"id"}}`, string(ErrorResponse("id", err, language)))
	}
	assert.Contains(t, string(ErrorResponse("id", errors.New("x"), English)), `"Code":"InternalError","Message":"x"`)

	for _, r := range []*http.Request{
		{Method: http.MethodPost, URL: &url.URL{}, Header: http.Header{"X-Tc-Action": {"A"}, "X-Tc-Language": {"en-US"}, "X-Tc-Timestamp": {"1"}, "Content-Type": {"application/json"}}},
		{Method: http.MethodGet, URL: &url.URL{RawQuery: "Action=A&Language=en-US&Timestamp=1"}},
	} {
		q, err := ReadRequest(r, nil)
		require.NoError(t, err)
		assert.Equal(t, English, q.Language)
	}
}

func TestResponseHasEveryMember(t *testing.T) {
	type answer struct {
		common
		List      []*string `json:"List,omitempty"`
		Text      *string   `json:"Text,omitempty"`
		RequestId *string
	}
	text := "<&>"
	assert.JSONEq(t, `{"Response":{"Filters":[],"Limit":null,"List":[],"Text":"<&>"}}`, string(Response("id", &answer{Text: &text})))
	type withID struct {
		RequestId *string `json:"RequestId,omitempty"`
	}
	assert.Equal(t, `{"Response":{"RequestId":"id"}}`, string(Response("id", &withID{})))
}
