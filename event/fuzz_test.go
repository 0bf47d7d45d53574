package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// golden returns the payloads of testdata by file name.
func golden(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := map[string][]byte{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		out[filepath.Base(f)] = b
	}
	return out
}

// sampleRecord is a record as the platform sends it, made for a type of the registry.
func sampleRecord(t Type) Record {
	b := Bucket{"photos", "1250000000", "ap-shanghai"}
	r := plainRecord(t, b, "a b/中.png")
	r.COS.NotificationID, r.COS.SchemaVersion = "unkown", "1.0"
	r.COS.Object.Meta = Fields{{"Content-Type", "image/png"}, {"ETag", `"00"`}, {"x-cos-meta-owner", "li"},
		{"x-cos-request-id", "NjI1"}, {"x-cos-storage-class", "Standard"}}
	r.COS.Object.Size, r.COS.Object.URL = 557, "http://"+b.Host()+"/a%20b/%E4%B8%AD.png"
	r.Event.Queue = Target{"default", "thumb", "$DEFAULT", b.Region, b.AppID}.Queue()
	r.Event.Source, r.Event.Time, r.Event.Version = "qcs::cos", 1650016156, "1.0"
	r.Event.RequestParameters = RequestParameters{NewHeaders(Field{"Authorization", secret}), "198.51.100.7"}
	return r
}

const secret = "q-sign-algorithm=sha1&q-ak=AKIDSECRETSECRET&q-signature=deadbeef"

// seedPayloads seeds a fuzz test with the golden payloads and with one payload for each entry of the registry.
func seedPayloads(f *testing.F) {
	for _, p := range golden(f) {
		f.Add(p)
	}
	for i := range kinds {
		p, err := Encode(Notification{Records: []Record{sampleRecord(kinds[i].typ)}})
		require.NoError(f, err)
		f.Add(p)
	}
	for _, s := range []string{
		`null`, `{}`, `[null]`, `{"Records":null}`, `{"Records":[null]}`, `{"Records":[]}`, `{"Records":{}}`, `{"Records":[{}]}`, ``, ` `, `{"Records":[}`,
		`{"Records":[{"cos":{"cosObject":{"size":1,"size":2}}}]}`, `{"Records":[{"cos":{"cosObject":{},"cosObject":{"size":1}}}]}`, `{"Records":[{"cos":{"cosObject":{"key":"\ud800\u0000é"}}}]}`,
		"{\"Records\":[{\"cos\":{\"cosObject\":{\"key\":\"\xff\xfe\"}}}]}", `{"Records":[{"event":{"eventTime":1e3,"reqid":-0}}]}`,
		`{"Records":[{"cos":{"cosObject":{"meta":{"a":1,"a":null,"b":{}}}}}]}`, `{"Records":[{"event":null,"cos":{"cosBucket":null}}],"Records":[]}`,
		`{"Records":[{"cos":{"cosObject":{"key":"\/\b\f\n\r\t\"\\"}}}]}x`, `{"Records":[{"event":{"eventTime":"2018-01-01T00:00:00.5Z"}}]}`,
	} {
		f.Add([]byte(s))
	}
}

// oracle is the wire's shape for encoding/json, with values left as they are.
type oracle struct {
	Records []struct {
		COS struct {
			NotificationID any `json:"cosNotificationId"`
			Bucket         struct {
				AppID any `json:"appid"`
				Name  any `json:"name"`
			} `json:"cosBucket"`
			Object struct {
				Key  any `json:"key"`
				Meta any `json:"meta"`
				Size any `json:"size"`
				URL  any `json:"url"`
			} `json:"cosObject"`
		} `json:"cos"`
		Event struct {
			Name any `json:"eventName"`
			Time any `json:"eventTime"`
		} `json:"event"`
	} `json:"Records"`
}

// FuzzDecode compares the decoder with encoding/json: the same payloads are JSON, and what both read is the same. Where they
// are meant to differ, the reason is in the code below.
func FuzzDecode(f *testing.F) {
	seedPayloads(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := string(payload)
		n, err := DecodeNotification(payload)
		require.Equal(t, before, string(payload), "the payload is not changed")

		var syntax *SyntaxError
		var limit *LimitError
		if errors.As(err, &limit) { // reason 1: encoding/json has other limits
			return
		}
		if err != nil && strings.Contains(err.Error(), "the payload is encoded in") { // reason 2: encoding/json repairs GBK
			require.False(t, utf8.Valid(payload) && json.Valid(payload))
			return
		}
		payload = bytes.TrimPrefix(payload, []byte(byteOrderMark)) // reason 3: encoding/json does not know it
		require.Equal(t, json.Valid(payload), !errors.As(err, &syntax), "same JSON: %v", err)
		var bad RecordErrors
		if err != nil && !errors.As(err, &bad) {
			require.ErrorIs(t, err, ErrNotNotification)
			return
		}

		events, err2 := Decode(payload)
		require.Equal(t, fmt.Sprint(err), fmt.Sprint(err2))
		require.Equal(t, len(n.Records), len(events)+len(bad), "every record is an event or an error")
		for _, e := range events {
			require.NotNil(t, e.Common().Record)
			_ = e.Common().ID()
			assert.NotContains(t, e.Common().String(), "\n")
		}
		_, strictErr := Decode(payload, Strict())
		if err != nil {
			require.Error(t, strictErr, "strict refuses what lenient does")
		}

		if !uniqueExactNames(payload) { // reason 4: encoding/json folds case, and merges members that come twice
			return
		}
		var want oracle
		if json.Unmarshal(payload, &want) != nil { // reason 5: types that only we accept or only we refuse
			return
		}
		require.Len(t, n.Records, len(want.Records))
		for i, w := range want.Records {
			r := n.Records[i]
			if r.unreadable {
				continue
			}
			same(t, w.COS.NotificationID, r.COS.NotificationID)
			same(t, w.COS.Bucket.AppID, r.COS.Bucket.AppID)
			same(t, w.COS.Bucket.Name, r.COS.Bucket.Name)
			same(t, w.COS.Object.Key, r.COS.Object.Key)
			same(t, w.COS.Object.URL, r.COS.Object.URL)
			same(t, w.Event.Name, r.Event.Name)
			if size, ok := w.COS.Object.Size.(float64); ok {
				assert.Equal(t, size, float64(r.COS.Object.Size))
			}
			if meta, ok := w.COS.Object.Meta.(map[string]any); ok {
				for k, v := range meta {
					same(t, v, r.COS.Object.Meta.Get(k))
				}
			}
		}
	})
}

// same compares a text that encoding/json read with ours; values that are no text have other rules.
func same(t *testing.T, want any, have string) {
	t.Helper()
	switch w := want.(type) {
	case string:
		assert.Equal(t, w, have)
	case nil:
		assert.Empty(t, have)
	}
}

// uniqueExactNames reports whether no object has two members whose names are equal but for case, nor names that encoding/json
// takes for the wire's by folding.
func uniqueExactNames(payload []byte) bool {
	d := reader(string(payload))
	ok := true
	var walk func()
	known := map[string]string{}
	var learn func(shape []member)
	learn = func(shape []member) {
		for _, m := range shape {
			known[strings.ToLower(m.name)] = m.name
			learn(m.in)
		}
	}
	learn(recordShape)
	known["records"] = "Records"
	walk = func() {
		switch d.space() {
		case '{':
			_ = d.enter()
			seen := map[string]bool{}
			for name, more, err := d.first(); more && err == nil; name, more, err = d.next() {
				folded := strings.ToLower(strings.ToUpper(name))
				if exact, isKnown := known[folded]; seen[folded] || isKnown && exact != name {
					ok = false
				}
				seen[folded] = true
				walk()
			}
		case '[':
			_ = d.enter()
			for first := true; ; first = false {
				more, err := d.element(first)
				if !more || err != nil {
					return
				}
				walk()
			}
		default:
			_ = d.skip()
		}
	}
	walk()
	return ok
}

// FuzzRoundTrip holds decode and encode together: nothing is lost, and what is changed is what comes back.
func FuzzRoundTrip(f *testing.F) {
	seedPayloads(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		n, err := DecodeNotification(payload)
		var bad RecordErrors
		if err != nil && !errors.As(err, &bad) {
			return
		}
		out, err := Encode(n)
		require.NoError(t, err)
		require.True(t, json.Valid(out))
		payload = bytes.TrimPrefix(payload, []byte(byteOrderMark))
		if utf8.Valid(payload) {
			require.Equal(t, exact(t, payload), exact(t, out))
		}
		redacted, err := json.Marshal(n)
		require.NoError(t, err)
		require.NotContains(t, string(redacted), secret)

		for i := range n.Records {
			r := n.Records[i]
			if r.unreadable {
				continue
			}
			r.COS.Object.Key += "/changed\"\\\n"
			r.COS.Object.Size++
			r.Event.Time--
			r.COS.Bucket.CosRegion = "ap-changed"
			r.COS.Object.Meta = Fields{{"x-cos-meta-new", "1"}, {"ETag", "changed"}}
			r.Event.RequestParameters.Headers = Headers{}
			text, err := appendRecord(nil, &r, i)
			require.NoError(t, err)
			var back Record
			require.NoError(t, back.UnmarshalJSON(text), string(text))
			back.text = r.text
			if len(back.Event.RequestParameters.Headers.Fields()) == 0 {
				back.Event.RequestParameters.Headers = Headers{}
			}
			require.Equal(t, r, back)
		}
	})
}

// exact reads JSON with numbers as they are written.
func exact(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return v
}

// FuzzKey holds key resolution against keys whose wire form is made here: whatever the key, raw or encoded, with the url to
// judge it comes back; without the url, the raw form does.
func FuzzKey(f *testing.F) {
	for _, k := range hardKeys {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if key == "" || !utf8.ValidString(key) {
			return
		}
		b := Bucket{"photos", "1250000000", "ap-shanghai"}
		path := escapeAll(key)
		resolve := func(wire, path string) string { return resolveKey(wire, path, &b, b.Name) }
		require.Equal(t, key, resolve("/1250000000/photos/"+key, path), "raw, with url")
		require.Equal(t, key, resolve("/1250000000/photos/"+key, ""), "raw, without url")
		require.Equal(t, key, resolve(key, path), "plain, with url")
		if encoded := escapeAll(key); encoded != key {
			require.Equal(t, key, resolve("/1250000000/photos/"+encoded, path), "encoded, with url")
			require.Equal(t, encoded, resolve("/1250000000/photos/"+encoded, ""), "never decoded without a url")
		}
		want, err := url.PathUnescape(path)
		require.NoError(t, err)
		require.Equal(t, want, unescape(path), "net/url reads escapes the same")
		require.True(t, decodesTo(path, want))
	})
}

// escapeAll percent-encodes as url paths of events do.
func escapeAll(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(key), "+", "%20"), "%2F", "/")
}

func FuzzParseType(f *testing.F) {
	for i := range kinds {
		f.Add(string(kinds[i].typ))
		f.Add(strings.Replace(string(kinds[i].typ), ":", ": ", 1))
		f.Add(strings.TrimPrefix(string(kinds[i].typ), "cos:"))
	}
	f.Add("cos: ObjectCreated: *")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		typ, err := ParseType(s)
		if err != nil {
			require.ErrorIs(t, err, ErrUnknownType)
			require.Equal(t, -1, kindOf(typ))
			return
		}
		require.GreaterOrEqual(t, kindOf(typ), 0)
		again, err := ParseType(string(typ))
		require.NoError(t, err)
		require.Equal(t, typ, again)
		require.True(t, typ.Matches(typ))
		require.NotEqual(t, FamilyUnknown, typ.Family())
	})
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{
		"qcs:0:lambda:sh:appid/1250000000:thumb", "qcs:0:lambda:sh:appid/1250000000:default.thumb.$LATEST",
		"qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT", "qcs:0:cos:gz:1250000000:cos", "qcs:0:scf:sh:appid/10000:testscf", "", ":::::", "qcs:::::",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		target, err := ParseTarget(s)
		if err != nil {
			require.ErrorIs(t, err, ErrTarget)
			return
		}
		if target.Name == "" || target.Namespace == "" || target.Qualifier == "" || strings.Contains(target.Region+target.AppID, ":") {
			return
		}
		back, err := ParseTarget(target.Queue())
		require.NoError(t, err)
		require.Equal(t, target, back)
	})
}

func FuzzParseBucketHost(f *testing.F) {
	for _, h := range []string{
		"photos-1250000000.cos.ap-guangzhou.myqcloud.com", "photos-1250000000.cosbj.myqcloud.com", "PHOTOS-1250000000.COS-INTERNAL.ap-beijing-1.tencentcos.cn:443.",
		"photos-1250000000.cos.accelerate.myqcloud.com", "", ".", "a.b", "-1250000000.cos.ap-guangzhou.myqcloud.com", "a-12345.cos-website.na-ashburn.myqcloud.com.",
	} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, host string) {
		b, err := ParseBucketHost(host)
		if err != nil {
			require.ErrorIs(t, err, ErrBucket)
			require.Equal(t, Bucket{}, b)
			return
		}
		again, err := ParseBucketHost(b.Host())
		require.NoError(t, err)
		require.Equal(t, b, again)
		byID, err := ParseBucket(b.ID(), b.Region)
		require.NoError(t, err)
		require.Equal(t, b, byID)
	})
}

// FuzzForms: no form's decoder panics, and each error is one of the documented.
func FuzzForms(f *testing.F) {
	seedPayloads(f)
	for _, s := range []string{deadLetter, eventBridge, eventBridgeBatch, workflow} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		events, err := DecodeAny(payload)
		for _, e := range events {
			require.NotNil(t, e.Common().Record)
		}
		if err != nil {
			var record *RecordError
			require.True(t, errors.Is(err, ErrNotNotification) || errors.Is(err, ErrLimit) || errors.As(err, &record), "%v", err)
		}
	})
}
