package trigger

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

// listing serves ListTriggers with elements given as JSON.
func listing(t *testing.T, elements ...string) *Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p struct{ Offset, Limit int }
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &p)
		page := elements[min(p.Offset, len(elements)):min(p.Offset+p.Limit, len(elements))]
		_, _ = fmt.Fprintf(w, `{"Response":{"TotalCount":%d,"Triggers":[%s],"RequestId":"r"}}`, len(elements), strings.Join(page, ","))
	}))
	t.Cleanup(srv.Close)
	return at(t, srv.URL, http.DefaultTransport, 0)
}

func element(desc, rest string) string {
	return `{"Type":"cos","TriggerName":"photos-1250000000.cos.ap-guangzhou.myqcloud.com","TriggerDesc":` + strconv.Quote(desc) + rest + `}`
}

const rest = `,"Enable":1,"Qualifier":"$DEFAULT","Description":null,"CustomArgument":""`

func TestReadBackByMeaning(t *testing.T) {
	want := thumb(event.AnyObjectCreated, "in/", ".zip")
	for name, c := range map[string]struct {
		element string
		want    Trigger
	}{
		"as the service writes it": {element(`{"bucketUrl":"photos-1250000000.cos.ap-guangzhou.myqcloud.com","event":"cos:ObjectCreated:*","filter":{"Prefix":"in/","Suffix":".zip"}}`, rest), want},
		"as it was given":          {element(want.desc(), rest), want},
		"spaces and order":         {element(`{ "filter" : { "Suffix" : ".zip" , "Prefix" : "in/" } , "event" : "cos:ObjectCreated:*" }`, rest), want},
		"spaces in the event":      {element(`{"event":"cos:  ObjectCreated: *","filter":{"Prefix":"in/","Suffix":".zip"}}`, rest), want},
		"members not known":        {element(`{"event":"cos:ObjectCreated:*","filter":{"Prefix":"in/","Suffix":".zip","X":1},"y":[]}`, rest), want},
		"no filter":                {element(`{"event":"cos:ObjectCreated:*"}`, rest), thumb(event.AnyObjectCreated, "", "")},
		"escapes":                  {element(`{"event":"cos:ObjectCreated:*","filter":{"Prefix":"\u4e2d<&>\"","Suffix":""}}`, rest), thumb(event.AnyObjectCreated, "中<&>\"", "")},
		"closed":                   {element(want.desc(), `,"Enable":0,"Qualifier":"$DEFAULT"`), disabled(want)},
		"Enable as a word":         {element(want.desc(), `,"Enable":"CLOSE","Qualifier":"$DEFAULT"`), disabled(want)},
		"Enable as a string":       {element(want.desc(), `,"Enable":"1","Qualifier":"$DEFAULT"`), want},
		"event not known": {element(`{"event":"cos:ObjectFrozen:Solid","filter":{}}`, rest),
			thumb("cos:ObjectFrozen:Solid", "", "")},
		"no qualifier": {element(want.desc(), `,"Enable":1,"Qualifier":null`), func() Trigger { t := want; t.Qualifier = ""; return t }()},
	} {
		t.Run(name, func(t *testing.T) {
			client := listing(t, c.element)
			assert.Equal(t, texts(c.want), bound(t, client, "thumb"))
			if c.want.Event.Family() != event.FamilyUnknown { // an event that cannot be wanted
				plan, err := client.Plan(t.Context(), "thumb", []Trigger{c.want})
				require.NoError(t, err)
				assert.True(t, plan.Empty(), "no perpetual difference: %s", plan)
			}
		})
	}
}

func TestUnreadableTriggersAreLeftAlone(t *testing.T) {
	good := element(thumb(event.AnyObjectCreated, "", "").desc(), rest)
	bad := []string{
		element(`not JSON`, rest), element(`{}`, rest), element(`{"event":1}`, rest), element(`[]`, rest),
		element(`{"event":"cos:ObjectCreated:*"}`, `,"Enable":7`), element(`{"event":"cos:ObjectCreated:*"}`, ``),
		`{"Type":"cos","TriggerName":"odd","TriggerDesc":"{\"event\":\"cos:ObjectCreated:*\"}","Enable":1}`,
	}
	timer := `{"Type":"timer","TriggerName":"t","TriggerDesc":"{\"cron\":\"0 0 0 * * * *\"}","Enable":1}`
	c := listing(t, append(bad, timer, good)...)
	var ok, failed int
	for _, err := range c.List(t.Context(), "thumb") {
		if err == nil {
			ok++
			continue
		}
		var d *DescriptionError
		require.ErrorAs(t, err, &d)
		failed++
	}
	assert.Equal(t, 1, ok)
	assert.Equal(t, len(bad), failed)
	plan, err := c.Plan(t.Context(), "thumb", nil)
	require.NoError(t, err)
	assert.Len(t, plan.Changes, 1)
	assert.Len(t, plan.Warnings, len(bad))
}

func TestTheBucketOfAnOddName(t *testing.T) {
	c := listing(t, `{"Type":"cos","TriggerName":"my trigger","TriggerDesc":"{\"bucketUrl\":\"photos-1250000000.cos.ap-guangzhou.myqcloud.com\",\"event\":\"cos:ObjectCreated:Put\"}","Enable":1,"Qualifier":"$DEFAULT"}`)
	assert.Equal(t, texts(thumb(event.TypeObjectCreatedPut, "", "")), bound(t, c, "thumb"))
}

func TestListPages(t *testing.T) {
	var elements, want []string
	for i := range 250 {
		tr := thumb(event.TypeObjectCreatedPut, "p"+strconv.Itoa(i)+"/", "")
		elements = append(elements, element(tr.desc(), rest))
		want = append(want, tr.String())
	}
	assert.ElementsMatch(t, want, bound(t, listing(t, elements...), "thumb"))
	for range listing(t, elements...).List(t.Context(), "thumb") {
		break // a caller may stop
	}
}

func TestListOfOneQualifier(t *testing.T) {
	a, b := thumb(event.TypeObjectCreatedPut, "a", ""), thumb(event.TypeObjectCreatedPut, "b", "")
	c := listing(t, element(a.desc(), rest), element(b.desc(), `,"Enable":1,"Qualifier":"2"`))
	assert.Len(t, bound(t, c, "thumb"), 2)
	assert.Equal(t, texts(a), bound(t, c, "thumb:$DEFAULT"))
}

func TestWrongNames(t *testing.T) {
	c := listing(t)
	for _, name := range []string{"", "/", "ns/", "/f", "a/b/c", "a b"} {
		for _, err := range c.List(t.Context(), name) {
			require.ErrorIs(t, err, scf.ErrInvalid, "%q", name)
		}
		_, err := c.Plan(t.Context(), name, nil)
		require.ErrorIs(t, err, scf.ErrInvalid, "%q", name)
	}
	_, err := c.Plan(t.Context(), "thumb:1", nil)
	require.ErrorIs(t, err, scf.ErrInvalid)
}

func FuzzReadBack(f *testing.F) {
	f.Add(`{"bucketUrl":"photos-1250000000.cos.ap-guangzhou.myqcloud.com","event":"cos:ObjectCreated:*","filter":{"Prefix":"a","Suffix":".b"}}`, photos.Host(), "1")
	f.Add(`{"event":"x"}`, "", `"CLOSE"`)
	f.Add(`null`, "h", "")
	f.Fuzz(func(t *testing.T, desc, name, enable string) {
		tr, err := listed{TriggerName: name, Type: kind, TriggerDesc: desc, Qualifier: "q", Enable: json.RawMessage(enable)}.read("ns", "f")
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		again, err := listed{TriggerName: tr.Bucket.Host(), TriggerDesc: tr.desc(), Qualifier: "q", Enable: json.RawMessage(enable)}.read("ns", "f")
		require.NoError(t, err)
		require.Equal(t, tr, again)
	})
}

func TestDescIsCompactAndPlain(t *testing.T) {
	assert.Equal(t, `{"event":"cos:ObjectCreated:*","filter":{"Prefix":"a<&>/","Suffix":""}}`, thumb(event.AnyObjectCreated, "a<&>/", "").desc())
}
