package event

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLossless: decoding and encoding gives back every member, with the text of its numbers.
func TestLossless(t *testing.T) {
	for name, p := range golden(t) {
		n, err := DecodeNotification(p)
		require.NoError(t, err)
		out, err := Encode(n)
		require.NoError(t, err)
		assert.Equal(t, exact(t, p), exact(t, out), name)

		events, err := Decode(p)
		require.NoError(t, err)
		n = Notification{}
		for _, e := range events {
			n.Records = append(n.Records, *e.Common().Record)
		}
		out, err = Encode(n)
		require.NoError(t, err)
		tree := exact(t, p).(map[string]any)
		assert.Equal(t, tree["Records"], exact(t, out).(map[string]any)["Records"], name)
	}
	out := must(Encode(must(DecodeNotification(golden(t)["unknown-members.json"]))))
	for _, text := range []string{"18446744073709551615", "12345678901234567890", "9007199254740993", "1e400", "2.50", "-0", `{"a":[1]}`} {
		assert.Contains(t, string(out), text)
	}
}

// TestEncodeFresh writes the exact wire of 2022 for a record made by hand.
func TestEncodeFresh(t *testing.T) {
	r := Record{
		COS: RecordCOS{
			Bucket:         RecordBucket{AppID: "1250000000", CosRegion: "ap-shanghai", Name: "photos", Region: "sh", S3Region: "ap-shanghai"},
			NotificationID: "unkown",
			Object: RecordObject{
				Key: "/1250000000/photos/2023/summer holiday.png", Size: 20480,
				Meta: Fields{{"Content-Type", "image/png"}, {"ETag", `"5d41402abc4b2a76b9719d911017c592"`}, {"x-cos-meta-owner", "wang"},
					{"x-cos-request-id", "NjM5ODdhYjJfMTIzNGFiY2RfMWEyYl8zYzRkNWU2"}, {"x-cos-storage-class", "Standard"}},
				URL: "http://photos-1250000000.cos.ap-shanghai.myqcloud.com/2023/summer%20holiday.png",
			},
			SchemaVersion: "1.0",
		},
		Event: RecordEvent{
			Name: "cos:ObjectCreated:Put", Queue: "qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT", Source: "qcs::cos", Time: 1670937266, Version: "1.0",
			RequestParameters: RequestParameters{Headers: NewHeaders(Field{"Authorization", "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-signature=0000"}), SourceIP: "198.51.100.23"},
		},
	}
	out, err := Encode(Notification{Records: []Record{r}})
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(string(golden(t)["put-2022.json"])), string(out), "byte for byte")

	r.COS.Bucket.CosRegion, r.COS.Bucket.S3Region = "", ""
	out, err = Encode(Notification{Records: []Record{r}})
	require.NoError(t, err)
	assert.NotContains(t, string(out), "cosRegion")
	assert.NotContains(t, string(out), "s3Region")

	out, err = Encode(Notification{Records: []Record{{}}})
	require.NoError(t, err)
	assert.Equal(t, `{"Records":[{"cos":{"cosBucket":{"appid":"","name":"","region":""},"cosNotificationId":"","cosObject":{"key":"","meta":{},"size":0,"url":"","vid":""},`+
		`"cosSchemaVersion":""},"event":{"eventName":"","eventQueue":"","eventSource":"","eventTime":0,"eventVersion":"","reqid":0,`+
		`"requestParameters":{"requestHeaders":{},"requestSourceIP":""},"reservedInfo":""}}]}`, string(out))
	out, err = Encode(Notification{})
	require.NoError(t, err)
	assert.Equal(t, `{"Records":[]}`, string(out))
}

// TestEncodeText compares the escapes with encoding/json reading them back.
func TestEncodeText(t *testing.T) {
	for _, s := range append([]string{"\x00\x1f\x7f", "\"\\/\b\f\n\r\t", "<>&\u2028", "\xff", "a\xe4\xb8b"}, hardKeys...) {
		var back string
		text := appendText(nil, s)
		require.NoError(t, json.Unmarshal(text, &back), "%q", text)
		assert.Equal(t, strings.ToValidUTF8(s, "\ufffd"), strings.ReplaceAll(back, "\ufffd\ufffd", "\ufffd"))
	}
}

// TestEncodeChanged: a changed field is written, all else stays as it came.
func TestEncodeChanged(t *testing.T) {
	n := must(DecodeNotification(golden(t)["unknown-members.json"]))
	r := &n.Records[0]
	r.COS.Object.Key = "/1250000000/photos/new \"key\""
	r.COS.Object.Meta.Set("x-cos-meta-new", "1")
	r.COS.Object.Meta.Del("x-cos-request-id")
	r.Event.RequestParameters.Headers = NewHeaders(Field{"Authorization", "changed"})
	r.Event.ReqID = 5
	out, err := Encode(n)
	require.NoError(t, err)
	want := exact(t, golden(t)["unknown-members.json"]).(map[string]any)
	record := want["Records"].([]any)[0].(map[string]any)
	object := obj(obj(record, "cos"), "cosObject")
	object["key"] = r.COS.Object.Key
	object["meta"] = map[string]any{"x-cos-meta-new": "1", "nested": map[string]any{"a": []any{json.Number("1")}}}
	obj(obj(record, "event"), "requestParameters")["requestHeaders"] = map[string]any{"Authorization": "changed"}
	obj(record, "event")["reqid"] = json.Number("5")
	assert.Equal(t, want, exact(t, out))

	// Members, and the objects around them, are made where they were missing or null.
	n = must(DecodeNotification([]byte(` {"Records":[{ "cos":{"cosObject":{"key":"k"},"cosBucket":null}, "x":1 }, {"cos":{"cosObject":{"key":"k"}}}, {"cos":{"cosObject":{"key":"k"}},"event":{"eventTime":"2022-04-15T09:49:16Z"}}]} `)))
	n.Records[0].COS.Bucket.Name = "photos"
	n.Records[1].Event.RequestParameters.SourceIP = "198.51.100.1"
	n.Records[1].COS.Object.Meta = Fields{{"a", "b"}}
	n.Records[2].Event.Name = "cos:ObjectCreated:Put"
	out, err = Encode(n)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Records":[{"cos":{"cosObject":{"key":"k"},"cosBucket":{"name":"photos"}},"x":1},{"cos":{"cosObject":{"key":"k","meta":{"a":"b"}}},"event":{"requestParameters":{"requestSourceIP":"198.51.100.1"}}},`+
		`{"cos":{"cosObject":{"key":"k"}},"event":{"eventTime":"2022-04-15T09:49:16Z","eventName":"cos:ObjectCreated:Put"}}]}`, string(out))

	n.Records = n.Records[2:]
	n.Records = append(n.Records, Record{})
	out, err = Encode(n)
	require.NoError(t, err)
	assert.Len(t, exact(t, out).(map[string]any)["Records"], 2, "records may be taken out and added")
}

// TestEncodeEveryField changes each field of a decoded record alone and finds it again.
func TestEncodeEveryField(t *testing.T) {
	for _, from := range []string{"put-2022.json", "unknown-members.json", "document-2018.json"} {
		for i, change := range []func(r *Record){
			func(r *Record) { r.COS.Bucket.AppID += "1" }, func(r *Record) { r.COS.Bucket.CosRegion += "1" }, func(r *Record) { r.COS.Bucket.Name += "1" },
			func(r *Record) { r.COS.Bucket.Region += "1" }, func(r *Record) { r.COS.Bucket.S3Region += "1" }, func(r *Record) { r.COS.NotificationID += "1" },
			func(r *Record) { r.COS.Object.Key += "1" }, func(r *Record) { r.COS.Object.Meta = Fields{{"ETag", "1"}} }, func(r *Record) { r.COS.Object.Size++ },
			func(r *Record) { r.COS.Object.URL += "1" }, func(r *Record) { r.COS.Object.VersionID += "1" }, func(r *Record) { r.COS.SchemaVersion += "1" },
			func(r *Record) { r.Event.Name += "1" }, func(r *Record) { r.Event.Queue += "1" }, func(r *Record) { r.Event.Source += "1" },
			func(r *Record) { r.Event.Time++ }, func(r *Record) { r.Event.Version += "1" }, func(r *Record) { r.Event.ReqID-- },
			func(r *Record) { r.Event.RequestParameters.Headers = NewHeaders(Field{"a", "1"}) },
			func(r *Record) { r.Event.RequestParameters.SourceIP = "" }, func(r *Record) { r.Event.ReservedInfo = "\n" },
		} {
			r := must(DecodeNotification(golden(t)[from])).Records[0]
			change(&r)
			back := must(DecodeNotification(must(Encode(Notification{Records: []Record{r}})))).Records[0]
			assert.NotEqual(t, *r.text, *back.text, "%s %d", from, i)
			back.text = r.text
			assert.Equal(t, r, back, "%s %d", from, i)
		}
	}
}

func TestJSONInterfaces(t *testing.T) {
	p := golden(t)["unknown-members.json"]
	var n Notification
	require.NoError(t, json.Unmarshal(p, &n))
	assert.Equal(t, exact(t, p), exact(t, must(Encode(n))))
	assert.Equal(t, exact(t, p), exact(t, must(json.Marshal(n))), "there was no Authorization to leave out")
	var r Record
	require.NoError(t, json.Unmarshal([]byte(` {"cos":{"cosObject":{"key":"x"}}} `), &r))
	assert.Equal(t, "x", r.COS.Object.Key)
	assert.JSONEq(t, `{"cos":{"cosObject":{"key":"x"}}}`, string(must(json.Marshal(r))))
	require.Error(t, json.Unmarshal([]byte(`5`), &r))
	require.Error(t, json.Unmarshal([]byte(`5`), &n))
	assert.Equal(t, "x", r.COS.Object.Key, "left alone on error")
	require.NoError(t, json.Unmarshal([]byte(`null`), &r))
	require.NoError(t, json.Unmarshal([]byte(`null`), &n))
}

// TestEncodeBlanked: a record whose fields are all cleared is written without its old values.
func TestEncodeBlanked(t *testing.T) {
	n := must(DecodeNotification(must(Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}}))))
	n.Records[0].COS, n.Records[0].Event = RecordCOS{}, RecordEvent{}
	out := string(must(Encode(n)))
	for _, old := range []string{"AKIDSECRETSECRET", "photos", "1250000000", "ObjectCreated", "198.51.100.7", "557"} {
		assert.NotContains(t, out, old)
	}
	text := must(json.Marshal(n.Records[0]))
	assert.NotContains(t, string(text), "photos")

	// A secret in a shape that Fields cannot hold goes with the headers, too.
	n = must(DecodeNotification([]byte(`{"Records":[{"cos":{"cosObject":{"key":"k"}},"event":{"requestParameters":{"requestHeaders":{"Authorization":["AKIDSECRETSECRET"],"other":[1]}}}}]}`)))
	n.Records[0].Event.RequestParameters.Headers = NewHeaders(Field{"a", "b"})
	assert.Contains(t, string(must(Encode(n))), `"requestHeaders":{"a":"b","other":[1]}`)
}

// TestEventIsNotReadFromJSON: a function that asks encoding/json for an event gets an error instead of an empty event.
func TestEventIsNotReadFromJSON(t *testing.T) {
	var e *ObjectCreatedPut
	assert.ErrorIs(t, json.Unmarshal(golden(t)["put-2022.json"], &e), ErrNotNotification)
	var b Base
	assert.ErrorIs(t, json.Unmarshal([]byte(`{}`), &b), ErrNotNotification)
}
