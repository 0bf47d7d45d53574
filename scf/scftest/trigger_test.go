package scftest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

const photos = "photos-1250000000.cos.ap-guangzhou.myqcloud.com"

func desc(name, prefix, suffix string) *string {
	return ptr(fmt.Sprintf(`{"event":%q,"filter":{"Prefix":%q,"Suffix":%q}}`, name, prefix, suffix))
}

// cosTrigger binds a function to every created object of a prefix and suffix.
func cosTrigger(name, prefix, suffix string) *scfsdk.CreateTriggerRequest {
	r := scfsdk.NewCreateTriggerRequest()
	r.FunctionName, r.TriggerName, r.Type = ptr(name), ptr(photos), ptr("cos")
	r.TriggerDesc = desc("cos:ObjectCreated:*", prefix, suffix)
	return r
}

func TestCOSTriggerIsReadBackRewritten(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	r := cosTrigger("thumb", "", "")
	r.TriggerDesc, r.Enable, r.Qualifier = ptr(`{"filter": {"Suffix": ".zip", "Prefix": "a&b"}, "event": "cos:ObjectCreated:*"}`), ptr("OPEN"), ptr("$DEFAULT")
	resp, err := c.CreateTrigger(r)
	require.NoError(t, err)
	want := `{"bucketUrl":"` + photos + `","event":"cos:ObjectCreated:*","filter":{"Prefix":"a&b","Suffix":".zip"}}`
	info := resp.Response.TriggerInfo
	assert.Equal(t, want, *info.TriggerDesc)
	assert.EqualValues(t, 1, *info.Enable)
	assert.Equal(t, "$DEFAULT", *info.Qualifier)
	assert.Equal(t, "Available", *info.AvailableStatus)
	raw, err := json.Marshal(info) // the SDK calls these deprecated, clients read them
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"BindStatus":"on","TriggerAttribute":"single"`)
	assert.Regexp(t, `"ResourceId":"qcs::scf:gz:uin/100000000001:function/thumb/[a-z0-9]{10}"`, string(raw))

	l := scfsdk.NewListTriggersRequest()
	l.FunctionName = ptr("thumb")
	list, err := c.ListTriggers(l)
	require.NoError(t, err)
	require.Len(t, list.Response.Triggers, 1)
	assert.Equal(t, want, *list.Response.Triggers[0].TriggerDesc)
	require.Len(t, get(t, c, "thumb").Triggers, 1)

	b, err := event.ParseBucketHost(photos)
	require.NoError(t, err)
	assert.Equal(t, []scftest.Bound{{
		Region: gz, Namespace: "default", Function: "thumb", Qualifier: "$DEFAULT", Event: event.AnyObjectCreated, Prefix: "a&b", Suffix: ".zip", Enabled: true,
	}}, s.Triggers(b))
}

func TestTriggerRules(t *testing.T) {
	for _, tt := range []struct {
		name                         string
		event1, prefix1, suffix1     string
		event2, prefix2, suffix2     string
		conflict                     bool
		sameFunction, closed, option bool
	}{
		{name: "wildcard against one", event1: "Created:*", event2: "Created:Put", conflict: true},
		{name: "one against wildcard", event1: "Created:Post", event2: "Created:*", conflict: true},
		{name: "other family", event1: "Created:*", event2: "Remove:*"},
		{name: "two of a family", event1: "Created:Put", event2: "Created:Post"},
		{name: "Delete is not DeleteMarkerCreated", event1: "Remove:Delete", event2: "Remove:DeleteMarkerCreated"},
		{name: "prefix of a prefix", event1: "Created:*", prefix1: "Log", event2: "Created:*", prefix2: "Lo", conflict: true},
		{name: "other prefix", event1: "Created:*", prefix1: "a/", event2: "Created:*", prefix2: "b/"},
		{name: "other suffix", event1: "Created:*", prefix1: "img/", suffix1: ".jpg", event2: "Created:*", prefix2: "img/", suffix2: ".png"},
		{name: "suffix of a suffix", event1: "Created:*", suffix1: ".tar.gz", event2: "Created:*", suffix2: ".gz", conflict: true},
		{name: "prefix overlaps, suffix does not", event1: "Created:*", prefix1: "a", suffix1: ".x", event2: "Created:*", prefix2: "ab", suffix2: ".y"},
		{name: "own function too", event1: "Created:*", event2: "Created:Put", conflict: true, sameFunction: true},
		{name: "closed holds no rule", event1: "Created:*", event2: "Created:*", closed: true},
		{name: "closed holds its rule with the option", event1: "Created:*", event2: "Created:*", closed: true, option: true, conflict: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var opts []scftest.Option
			if tt.option {
				opts = append(opts, scftest.ClosedTriggersHoldRules())
			}
			c := official(t, scftest.NewServer(t, opts...))
			create(t, c, "one")
			create(t, c, "two")
			r := cosTrigger("one", "", "")
			r.TriggerDesc = desc("cos:Object"+tt.event1, tt.prefix1, tt.suffix1)
			if tt.closed {
				r.Enable = ptr("CLOSE")
			}
			_, err := c.CreateTrigger(r)
			require.NoError(t, err)
			second := "two"
			if tt.sameFunction {
				second = "one"
			}
			r = cosTrigger(second, "", "")
			r.TriggerDesc = desc("cos:Object"+tt.event2, tt.prefix2, tt.suffix2)
			_, err = c.CreateTrigger(r)
			want := ""
			if tt.conflict {
				want = "InvalidParameterValue.CosNotifyRuleConflict"
			}
			assert.Equal(t, want, code(t, err))
		})
	}
}

func TestTriggerRefuses(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithBuckets(func(b event.Bucket) bool { return b.Name != "none" }))
	c := official(t, s)
	create(t, c, "thumb")
	for _, tt := range []struct {
		name   string
		change func(*scfsdk.CreateTriggerRequest)
		code   string
	}{
		{"bucket id as name", func(r *scfsdk.CreateTriggerRequest) { r.TriggerName = ptr("photos-1250000000") }, "InvalidParameterValue.TriggerName"},
		{"other region", func(r *scfsdk.CreateTriggerRequest) {
			r.TriggerName = ptr("photos-1250000000.cos.ap-shanghai.myqcloud.com")
		}, "InvalidParameterValue.Cos"},
		{"no bucket", func(r *scfsdk.CreateTriggerRequest) {
			r.TriggerName = ptr("none-1250000000.cos.ap-guangzhou.myqcloud.com")
		}, "ResourceNotFound.Cos"},
		{"no desc", func(r *scfsdk.CreateTriggerRequest) { r.TriggerDesc = nil }, "InvalidParameterValue.TriggerDesc"},
		{"desc is no JSON", func(r *scfsdk.CreateTriggerRequest) { r.TriggerDesc = ptr("cos:ObjectCreated:*") }, "InvalidParameterValue.TriggerDesc"},
		{"S3's event name", func(r *scfsdk.CreateTriggerRequest) { r.TriggerDesc = desc("cos:ObjectRemoved:*", "", "") }, "InvalidParameterValue.TriggerDesc"},
		{"suffix without dot", func(r *scfsdk.CreateTriggerRequest) { r.TriggerDesc = desc("cos:ObjectCreated:*", "", "jpg") }, "InvalidParameterValue.TriggerDesc"},
		{"Event", func(r *scfsdk.CreateTriggerRequest) { r.TriggerDesc = ptr(`{"Event":"cos:ObjectCreated:*"}`) }, "InvalidParameterValue.TriggerDesc"},
		{"prefix in lower case", func(r *scfsdk.CreateTriggerRequest) {
			r.TriggerDesc = ptr(`{"event":"cos:ObjectCreated:*","filter":{"prefix":"a/"}}`)
		}, "InvalidParameterValue.TriggerDesc"},
		{"filter of a wrong type", func(r *scfsdk.CreateTriggerRequest) {
			r.TriggerDesc = ptr(`{"event":"cos:ObjectCreated:*","filter":"a/"}`)
		}, "InvalidParameterValue.TriggerDesc"},
		{"other bucketUrl", func(r *scfsdk.CreateTriggerRequest) {
			r.TriggerDesc = ptr(`{"event":"cos:ObjectCreated:*","bucketUrl":"x"}`)
		}, "InvalidParameterValue.TriggerDesc"},
		{"type", func(r *scfsdk.CreateTriggerRequest) { r.Type = ptr("s3") }, "InvalidParameterValue.Type"},
		{"a type that is not here", func(r *scfsdk.CreateTriggerRequest) { r.Type = ptr("ckafka") }, "UnsupportedOperation.Trigger"},
		{"enable", func(r *scfsdk.CreateTriggerRequest) { r.Enable = ptr("yes") }, "InvalidParameterValue.Enable"},
		{"function", func(r *scfsdk.CreateTriggerRequest) { r.FunctionName = ptr("other") }, "ResourceNotFound.Function"},
		{"qualifier", func(r *scfsdk.CreateTriggerRequest) { r.Qualifier = ptr("7") }, "ResourceNotFound.Qualifier"},
		{"timer name", func(r *scfsdk.CreateTriggerRequest) { r.Type, r.TriggerDesc = ptr("timer"), ptr("0 0 0 * * * *") }, "InvalidParameterValue.TriggerName"},
		{"timer desc", func(r *scfsdk.CreateTriggerRequest) {
			r.Type, r.TriggerName, r.TriggerDesc = ptr("timer"), ptr("tick"), ptr("61 * * * * * *")
		}, "InvalidParameterValue.TriggerDesc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := cosTrigger("thumb", "", "")
			tt.change(r)
			_, err := c.CreateTrigger(r)
			assert.Equal(t, tt.code, code(t, err))
		})
	}
	for i := range 10 {
		_, err := c.CreateTrigger(cosTrigger("thumb", fmt.Sprint(i, "/"), ""))
		require.NoError(t, err)
	}
	_, err := c.CreateTrigger(cosTrigger("thumb", "eleven/", ""))
	assert.Equal(t, "LimitExceeded.Trigger", code(t, err))
	_, err = c.CreateTrigger(cosTrigger("thumb", "0/", ""))
	assert.Equal(t, "ResourceInUse.Trigger", code(t, err))
}

func TestUnknownsCanBeTurned(t *testing.T) {
	s := scftest.NewServer(t, scftest.WithDuplicateTriggerCode("ResourceInUse.Cos"), scftest.AnySuffix(), scftest.DeleteTriggerWithoutDesc())
	c := official(t, s)
	create(t, c, "thumb")
	_, err := c.CreateTrigger(cosTrigger("thumb", "", "jpg"))
	require.NoError(t, err)
	_, err = c.CreateTrigger(cosTrigger("thumb", "", "jpg"))
	assert.Equal(t, "ResourceInUse.Cos", code(t, err))
	r := scfsdk.NewDeleteTriggerRequest()
	r.FunctionName, r.TriggerName, r.Type = ptr("thumb"), ptr(photos), ptr("cos")
	_, err = c.DeleteTrigger(r)
	require.NoError(t, err)
	assert.Empty(t, get(t, c, "thumb").Triggers)
}

func TestDeleteTriggerGoesByMeaning(t *testing.T) {
	for _, tt := range []struct {
		name string
		desc *string
		code string
	}{
		{"as listed", ptr(`{"bucketUrl":"` + photos + `","event":"cos:ObjectCreated:*","filter":{"Prefix":"a/","Suffix":""}}`), ""},
		{"as sent", desc("cos:ObjectCreated:*", "a/", ""), ""},
		{"spaced", ptr(`{ "event" : "cos:ObjectCreated:*", "filter" : { "Prefix" : "a/" } }`), ""},
		{"none", nil, "InvalidParameterValue.TriggerDesc"},
		{"another prefix", desc("cos:ObjectCreated:*", "b/", ""), "ResourceNotFound.Trigger"},
		{"another event", desc("cos:ObjectCreated:Put", "a/", ""), "ResourceNotFound.Trigger"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := official(t, scftest.NewServer(t))
			create(t, c, "thumb")
			_, err := c.CreateTrigger(cosTrigger("thumb", "a/", ""))
			require.NoError(t, err)
			r := scfsdk.NewDeleteTriggerRequest()
			r.FunctionName, r.TriggerName, r.Type, r.TriggerDesc = ptr("thumb"), ptr(photos), ptr("cos"), tt.desc
			_, err = c.DeleteTrigger(r)
			assert.Equal(t, tt.code, code(t, err))
			left := 1
			if tt.code == "" {
				left = 0
			}
			assert.Len(t, get(t, c, "thumb").Triggers, left)
		})
	}
}

func TestUpdateTriggerStatus(t *testing.T) {
	c := official(t, scftest.NewServer(t))
	create(t, c, "one")
	create(t, c, "two")
	_, err := c.CreateTrigger(cosTrigger("one", "", ""))
	require.NoError(t, err)
	set := func(function, state string) string {
		r := scfsdk.NewUpdateTriggerStatusRequest()
		r.FunctionName, r.TriggerName, r.Type, r.Enable, r.TriggerDesc = ptr(function), ptr(photos), ptr("cos"), ptr(state), desc("cos:ObjectCreated:*", "", "")
		_, err := c.UpdateTriggerStatus(r)
		return code(t, err)
	}
	assert.Equal(t, "FailedOperation.UpdateTriggerStatus", set("one", "OPEN"))
	assert.Empty(t, set("one", "CLOSE"))
	assert.Zero(t, *get(t, c, "one").Triggers[0].Enable)
	_, err = c.CreateTrigger(cosTrigger("two", "", ""))
	require.NoError(t, err)
	assert.Equal(t, "InvalidParameterValue.CosNotifyRuleConflict", set("one", "OPEN"), "the rule is another's now")
	assert.Empty(t, set("two", "CLOSE"))
	assert.Empty(t, set("one", "OPEN"))
}

func TestListTriggers(t *testing.T) {
	s := scftest.NewServer(t)
	c := official(t, s)
	create(t, c, "thumb")
	for i := range 3 {
		_, err := c.CreateTrigger(cosTrigger("thumb", fmt.Sprint(i, "/"), ""))
		require.NoError(t, err)
		s.Advance(time.Second)
	}
	list := func(change func(*scfsdk.ListTriggersRequest)) string {
		r := scfsdk.NewListTriggersRequest()
		r.FunctionName = ptr("thumb")
		change(r)
		resp, err := c.ListTriggers(r)
		if err != nil {
			return code(t, err)
		}
		assert.LessOrEqual(t, len(resp.Response.Triggers), int(*resp.Response.TotalCount))
		var out []string
		for _, tr := range resp.Response.Triggers {
			_, rest, _ := strings.Cut(*tr.TriggerDesc, `"Prefix":"`)
			out = append(out, rest[:1])
		}
		return strings.Join(out, "")
	}
	assert.Equal(t, "210", list(func(*scfsdk.ListTriggersRequest) {}))
	assert.Equal(t, "01", list(func(r *scfsdk.ListTriggersRequest) {
		r.Order, r.OrderBy, r.Limit = ptr("ASC"), ptr("add_time"), ptr(uint64(2))
	}))
	assert.Equal(t, "0", list(func(r *scfsdk.ListTriggersRequest) { r.Offset = ptr(uint64(2)) }))
	filter := func(name, value string) func(r *scfsdk.ListTriggersRequest) {
		return func(r *scfsdk.ListTriggersRequest) {
			r.Filters = []*scfsdk.Filter{{Name: &name, Values: []*string{&value}}}
		}
	}
	assert.Equal(t, "210", list(filter("TriggerName", photos)))
	assert.Equal(t, "", list(filter("Qualifier", "$DEFAULT")))
	assert.Equal(t, "InvalidParameterValue.Filters", list(filter("Colour", "red")))
	assert.Equal(t, "InvalidParameterValue.OrderBy", list(func(r *scfsdk.ListTriggersRequest) { r.OrderBy = ptr("name") }))
}

func TestTimerFiresOnTheClock(t *testing.T) {
	leak.Check(t)
	s := scftest.NewServer(t)
	c := official(t, s)
	var got []string
	s.Handle("tick", function.HandlerFunc(func(_ context.Context, p []byte) ([]byte, error) {
		got = append(got, string(p))
		return []byte(`1`), nil
	}))
	r := scfsdk.NewCreateTriggerRequest()
	r.FunctionName, r.TriggerName, r.Type, r.TriggerDesc, r.CustomArgument = ptr("tick"), ptr("hourly"), ptr("timer"), ptr("0 30 * * * * *"), ptr("note")
	resp, err := c.CreateTrigger(r)
	require.NoError(t, err)
	assert.Equal(t, `{"cron":"0 30 * * * * *"}`, *resp.Response.TriggerInfo.TriggerDesc)
	s.Advance(3 * time.Hour)
	require.Len(t, got, 3)
	assert.Regexp(t, `^\{"Type":"Timer","TriggerName":"hourly","Time":"\d{4}-\d\d-\d\dT\d\d:30:00Z","Message":"note"\}$`, got[0])

	u := scfsdk.NewUpdateTriggerRequest()
	u.FunctionName, u.TriggerName, u.Type, u.TriggerDesc = ptr("tick"), ptr("hourly"), ptr("timer"), ptr(`{"cron":"0 */20 * * * * *"}`)
	_, err = c.UpdateTrigger(u)
	require.NoError(t, err)
	s.Advance(time.Hour)
	assert.Len(t, got, 6)
	u.Type = ptr("cos")
	_, err = c.UpdateTrigger(u)
	assert.Equal(t, "UnsupportedOperation.Trigger", code(t, err))

	d := scfsdk.NewDeleteTriggerRequest()
	d.FunctionName, d.TriggerName, d.Type = ptr("tick"), ptr("hourly"), ptr("timer")
	_, err = c.DeleteTrigger(d)
	require.NoError(t, err)
	s.Advance(24 * time.Hour)
	assert.Len(t, got, 6)
}
