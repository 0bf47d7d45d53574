package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func TestTags(t *testing.T) {
	tag := func(k, v string) cossdk.ObjectTaggingTag { return cossdk.ObjectTaggingTag{Key: k, Value: v} }
	many := make([]cossdk.ObjectTaggingTag, 9)
	for i := range many {
		many[i] = tag(fmt.Sprint("own", i), "")
	}
	labels := []label{{Name: "cat", Confidence: 90}, {Name: "cat", Confidence: 80}, {Name: "<b>", Confidence: 70}, {Name: " ", Confidence: 70}, {Name: "sky", Confidence: 60}}
	for name, c := range map[string]struct {
		old    []cossdk.ObjectTaggingTag
		labels []label
		most   int
		want   []cossdk.ObjectTaggingTag
	}{
		"none":             {nil, nil, 5, nil},
		"twice and empty":  {nil, labels, 5, []cossdk.ObjectTaggingTag{tag("label:cat", "90"), tag("label:_b_", "70"), tag("label:sky", "60")}},
		"the first":        {nil, labels, 1, []cossdk.ObjectTaggingTag{tag("label:cat", "90")}},
		"no room but one":  {many, labels, 5, append(many[:9:9], tag("label:cat", "90"))},
		"old labels go":    {[]cossdk.ObjectTaggingTag{tag("label:dog", "1"), tag("label:", "x")}, labels, 1, []cossdk.ObjectTaggingTag{tag("label:", "x"), tag("label:cat", "90")}},
		"none are allowed": {nil, labels, 0, nil},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, withLabels(c.old, c.labels, c.most)) })
	}
}

func FuzzTagText(f *testing.F) {
	f.Add("猫 cat", 10)
	f.Add("<a&b>\xff", 3)
	f.Fuzz(func(t *testing.T, word string, most int) {
		got := tagText(word, most)
		assert.True(t, utf8.ValidString(got))
		assert.LessOrEqual(t, utf8.RuneCountInString(got), max(most, 0))
		assert.False(t, strings.ContainsAny(got, "<>&\"'\x00\n"))
	})
}

func TestABrokenAnswerIsAnError(t *testing.T) {
	g := newGallery(t, nil)
	require.NoError(t, g.COSServer().Put(photos, "a.jpg", []byte("pixels"), costest.ContentType("image/jpeg")))
	g.COSServer().SetLabels(photos, "a.jpg", cat)
	g.Faults().Fail("DetectLabel", 10, triggertest.Fault{CutAfter: 60})
	_, err := detect(t.Context(), g.COS(photos), "a.jpg")
	assert.ErrorContains(t, err, "not the answer of DetectLabel")
}

func TestFormsOfTheAnswer(t *testing.T) {
	const one = "<Labels><Confidence>90</Confidence><Name>cat</Name><FirstCategory>animal</FirstCategory></Labels>"
	const two = "<Labels><Confidence>80</Confidence><Name>sky</Name></Labels><Labels><Confidence> 70 </Confidence><Name>cat</Name></Labels>"
	cat, sky := label{Name: "cat", Category: "animal", Confidence: 90}, label{Name: "sky", Confidence: 80}
	for text, want := range map[string][]label{
		one + two: {cat, sky, {Name: "cat", Confidence: 70}},
		"<CameraLabels>" + two + "</CameraLabels><WebLabels>" + one + "</WebLabels>": {sky, {Name: "cat", Confidence: 70}, cat},
		"":           nil,
		"<Labels/>x": nil,
	} {
		var e element
		require.NoError(t, xml.Unmarshal([]byte("<RecognitionResult>"+text+"</RecognitionResult>"), &e))
		assert.Equal(t, want, e.labels(nil))
	}
}

func TestAnotherAnswerIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.WriteString(w, "<Other/>")
		assert.NoError(t, err)
	}))
	defer server.Close()
	_, err := detect(t.Context(), cos.NewClient(photos, cos.Anonymous(), cos.WithEndpoint(server.URL)), "a.jpg")
	assert.ErrorContains(t, err, "not the answer of DetectLabel")
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want settings
		err  string
	}{
		"defaults":     {nil, settings{"", 60, 5}, ""},
		"own":          {map[string]string{"RECOGNIZE_PREFIX": "in/", "RECOGNIZE_CONFIDENCE": "0", "RECOGNIZE_TAGS": "10"}, settings{"in/", 0, 10}, ""},
		"too many":     {map[string]string{"RECOGNIZE_TAGS": "11"}, settings{}, "0 to 10"},
		"not a number": {map[string]string{"RECOGNIZE_CONFIDENCE": "high"}, settings{}, `RECOGNIZE_CONFIDENCE is "high"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := settingsFrom(func(k string) string { return c.env[k] })
			if c.err != "" {
				assert.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}
