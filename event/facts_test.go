package event

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edit decodes the sample of 2022 as a tree, lets f change its only record, and returns the payload.
func edit(t *testing.T, f func(cos, event map[string]any)) []byte {
	t.Helper()
	p, err := Encode(Notification{Records: []Record{sampleRecord(TypeObjectCreatedPut)}})
	require.NoError(t, err)
	var tree struct{ Records []map[string]any }
	require.NoError(t, json.Unmarshal(p, &tree))
	f(tree.Records[0]["cos"].(map[string]any), tree.Records[0]["event"].(map[string]any))
	p, err = json.Marshal(tree)
	require.NoError(t, err)
	return p
}

// one decodes a payload of one record.
func one(t *testing.T, payload []byte, opts ...DecodeOption) *Base {
	t.Helper()
	events, err := Decode(payload, opts...)
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0].Common()
}

func obj(m map[string]any, name string) map[string]any { return m[name].(map[string]any) }

// TestWire2022 reads the live form of 2022 in full.
func TestWire2022(t *testing.T) {
	events, err := Decode(golden(t)["put-2022.json"], Strict())
	require.NoError(t, err)
	require.Len(t, events, 1)
	e, ok := events[0].(*ObjectCreatedPut)
	require.True(t, ok)
	record := e.Record
	e.Record = nil
	assert.Equal(t, Base{
		Type: TypeObjectCreatedPut, Time: time.Date(2022, 12, 13, 13, 14, 26, 0, time.UTC), Bucket: Bucket{"photos", "1250000000", "ap-shanghai"},
		Object: Object{
			Key: "2023/summer holiday.png", ETag: `"5d41402abc4b2a76b9719d911017c592"`, ContentType: "image/png", StorageClass: "Standard", Size: 20480,
			URL:      "http://photos-1250000000.cos.ap-shanghai.myqcloud.com/2023/summer%20holiday.png",
			Metadata: map[string]string{"owner": "wang"},
		},
		RequestID: "NjM5ODdhYjJfMTIzNGFiY2RfMWEyYl8zYzRkNWU2", SourceIP: "198.51.100.23",
		Function: Target{"default", "thumb", "$DEFAULT", "ap-shanghai", "1250000000"},
	}, e.Base)
	assert.Equal(t, "/1250000000/photos/2023/summer holiday.png", record.COS.Object.Key)
	assert.Equal(t, RecordBucket{"1250000000", "ap-shanghai", "photos", "sh", "ap-shanghai"}, record.COS.Bucket)
	assert.Equal(t, "unkown", record.COS.NotificationID)
	assert.Equal(t, "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-signature=0000", record.Event.RequestParameters.Headers.Fields().Get("Authorization"))
}

func TestWireOthers(t *testing.T) {
	b := one(t, golden(t)["copy-2020.json"])
	assert.Equal(t, TypeObjectCreatedCopy, b.Type)
	assert.Equal(t, Bucket{"archive", "1250000000", "ap-guangzhou"}, b.Bucket)
	assert.Equal(t, "a/b//c/", b.Object.Key)
	assert.Equal(t, int64(1049823), b.Record.Event.ReqID)
	assert.Equal(t, Target{"media", "transcode", "$DEFAULT", "ap-guangzhou", "1250000000"}, b.Function)
	assert.Nil(t, b.Object.Metadata)

	b = one(t, golden(t)["wildcard-2019.json"])
	assert.Equal(t, Bucket{"logs", "1250000000", "ap-beijing"}, b.Bucket)
	assert.Equal(t, "app/2019-05-01.log", b.Object.Key)

	b = one(t, golden(t)["document-2018.json"])
	assert.Equal(t, TypeObjectCreatedPut, b.Type)
	assert.Equal(t, "test.jpg", b.Object.Key)
	assert.Equal(t, int64(1024), b.Object.Size)
	assert.Equal(t, time.Date(1970, 1, 1, 0, 0, 20, 500_000_000, time.UTC), b.Time)
	assert.Equal(t, map[string]string{"test": "my meta"}, b.Object.Metadata)
	assert.Equal(t, "ap-guangzhou", b.Bucket.Region)

	b = one(t, golden(t)["delete-version.json"])
	assert.Equal(t, TypeObjectRemoveDelete, b.Type)
	assert.Equal(t, "0123456789abcdef0123456789abcdef1670937266", b.Object.VersionID)
	assert.Equal(t, int64(5), b.Object.Size)

	events, err := Decode(golden(t)["several.json"])
	require.NoError(t, err)
	require.Len(t, events, 3)
	assert.IsType(t, &ObjectCreatedCompleteMultipartUpload{}, events[0])
	assert.IsType(t, &ObjectRemoveDeleteMarkerCreated{}, events[1])
	assert.IsType(t, &ObjectRestoreCompleted{}, events[2])
	for i, e := range events {
		assert.Equal(t, string(rune('1'+i)), e.Common().Object.Key)
	}
}

// TestEveryTypeDecodes: each entry of the registry gives its struct, Unknown is no error.
func TestEveryTypeDecodes(t *testing.T) {
	for i := range kinds {
		p, err := Encode(Notification{Records: []Record{sampleRecord(kinds[i].typ)}})
		require.NoError(t, err)
		events, err := Decode(p, Strict())
		require.NoError(t, err)
		assert.IsType(t, new(box).typed(i), events[0])
		assert.Equal(t, kinds[i].typ, events[0].EventType())
	}
	for _, name := range []string{"cos:InventoryReportCreated:Put", "cos:ObjectCreated:Later", "", "prose"} {
		b := one(t, edit(t, func(_, event map[string]any) { event["eventName"] = name }))
		assert.Equal(t, Type(name), b.Type)
		e := FromRecord(*b.Record)
		assert.IsType(t, &Unknown{}, e)
	}
}

func TestFieldRecords(t *testing.T) {
	for _, tt := range []struct {
		payload string
		events  int
		err     error
	}{
		{`{"Records":null}`, 0, nil},
		{`{"Records":[]}`, 0, nil},
		{"\ufeff" + `{"Records":[{"cos":{"cosObject":{"key":"k"}}}]}`, 1, nil},
		{`{"Records":[{}]}`, 0, ErrNotNotification},
		{`{"Records":[{"cos":null,"event":null}]}`, 0, ErrNotNotification},
		{`{"Records":[{"cos":{"cosObject":{"key":"k"}},"event":null}]}`, 1, nil},
		{`null`, 0, ErrNotNotification},
		{`[null]`, 0, ErrNotNotification},
		{`{}`, 0, ErrNotNotification},
		{`{"Records":{}}`, 0, ErrNotNotification},
		{`{"Records":"x"}`, 0, ErrNotNotification},
		{`{"records":[]}`, 0, ErrNotNotification},
		{`[]`, 0, ErrNotNotification},
		{`"x"`, 0, ErrNotNotification},
		{`7`, 0, ErrNotNotification},
		{``, 0, ErrNotNotification},
		{` `, 0, ErrNotNotification},
		{`{"Records":[]`, 0, ErrNotNotification},
		{`{"Records":[]} x`, 0, ErrNotNotification},
		{`{"Records":[]}{}`, 0, ErrNotNotification},
		{"{\"Records\":[]}\x00", 0, ErrNotNotification},
		{` { "Records" : [ { "cos" : { "cosObject" : { "key" : "k" } } } , { } ] } `, 1, ErrNotNotification},
	} {
		events, err := Decode([]byte(tt.payload))
		assert.Len(t, events, tt.events, tt.payload)
		if tt.err == nil {
			assert.NoError(t, err, tt.payload)
		} else {
			assert.ErrorIs(t, err, tt.err, tt.payload)
		}
	}
}

func TestFieldBucketName(t *testing.T) {
	b := one(t, edit(t, func(cos, _ map[string]any) { obj(cos, "cosBucket")["name"] = "photos-1250000000" }))
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket, "with the appid in the name, hand-made")
	assert.Equal(t, "a b/中.png", b.Object.Key)

	b = one(t, edit(t, func(cos, _ map[string]any) {
		obj(cos, "cosBucket")["name"] = "photos-1250000000"
		obj(cos, "cosObject")["url"] = "http://photos-1250000000-1250000000.cos.ap-shanghai.myqcloud.com/x"
		obj(cos, "cosObject")["key"] = "/1250000000/photos-1250000000/x"
	}))
	assert.Equal(t, "photos-1250000000-1250000000", b.Bucket.ID(), "a bucket that is really called so, as the host tells")
	assert.Equal(t, "x", b.Object.Key)

	b = one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosBucket"), "name") }))
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket, "missing: from the host")
	b = one(t, edit(t, func(cos, _ map[string]any) {
		delete(obj(cos, "cosBucket"), "name")
		delete(obj(cos, "cosObject"), "url")
	}))
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket, "missing: from the key")
}

func TestFieldAppID(t *testing.T) {
	b := one(t, edit(t, func(cos, _ map[string]any) { obj(cos, "cosBucket")["appid"] = 1250000000 }))
	assert.Equal(t, "1250000000", b.Bucket.AppID, "a number")
	b = one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosBucket"), "appid") }))
	assert.Equal(t, "photos-1250000000", b.Bucket.ID(), "missing: from the host")
	assert.Equal(t, "a b/中.png", b.Object.Key)
	b = one(t, edit(t, func(cos, _ map[string]any) {
		delete(obj(cos, "cosBucket"), "appid")
		delete(obj(cos, "cosObject"), "url")
	}))
	assert.Equal(t, "photos-1250000000", b.Bucket.ID(), "missing: from the key")
	assert.Equal(t, "a b/中.png", b.Object.Key)
	b = one(t, edit(t, func(cos, _ map[string]any) {
		delete(obj(cos, "cosBucket"), "appid")
		obj(cos, "cosBucket")["name"] = "photos-1250000000"
		delete(obj(cos, "cosObject"), "url")
		obj(cos, "cosObject")["key"] = "x"
	}))
	assert.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket, "missing: from the name")
	b = one(t, edit(t, func(cos, _ map[string]any) {
		delete(obj(cos, "cosBucket"), "appid")
		delete(obj(cos, "cosObject"), "url")
		obj(cos, "cosObject")["key"] = "x"
	}))
	assert.Equal(t, "photos-1250000000", b.Bucket.ID(), "missing: the function's own account, from eventQueue")
}

func TestFieldRegion(t *testing.T) {
	region := func(f func(bucket, object, event map[string]any)) string {
		return one(t, edit(t, func(cos, event map[string]any) {
			bucket := obj(cos, "cosBucket")
			delete(bucket, "cosRegion")
			delete(bucket, "s3Region")
			delete(bucket, "region")
			delete(obj(cos, "cosObject"), "url")
			delete(event, "eventQueue")
			f(bucket, obj(cos, "cosObject"), event)
		})).Bucket.Region
	}
	for name, f := range map[string]func(bucket, object, event map[string]any){
		"cosRegion": func(b, _, _ map[string]any) {
			b["cosRegion"] = "ap-shanghai"
			b["region"] = "gz"
			b["s3Region"] = "x-y"
		},
		"s3Region": func(b, _, _ map[string]any) { b["s3Region"] = "ap-shanghai"; b["region"] = "gz" },
		"long region": func(b, o, _ map[string]any) {
			b["region"] = "ap-shanghai"
			o["url"] = "http://a-1250000000.cosgz.myqcloud.com/x"
		},
		"host": func(b, o, e map[string]any) {
			b["region"], o["url"] = "gz", "http://a-1250000000.cos.ap-shanghai.myqcloud.com/x"
			e["eventQueue"] = "qcs:0:scf:ap-guangzhou:appid/1250000000:f"
		},
		"legacy host": func(b, o, _ map[string]any) {
			b["region"] = "gz"
			o["url"] = "http://a-1250000000.cossh.myqcloud.com/x"
		},
		"queue": func(b, _, e map[string]any) {
			b["region"] = "gz"
			e["eventQueue"] = "qcs:0:scf:ap-shanghai:appid/1250000000:f"
		},
		"table": func(b, _, e map[string]any) {
			b["region"] = "sh"
			e["eventQueue"] = "qcs:0:lambda:gz:appid/1250000000:f"
		},
		"short queue":                func(_, _, e map[string]any) { e["eventQueue"] = "qcs:0:lambda:sh:appid/1250000000:f" },
		"short cosRegion, hand-made": func(b, _, _ map[string]any) { b["cosRegion"] = "sh" },
	} {
		assert.Equal(t, "ap-shanghai", region(f), name)
	}
	assert.Equal(t, "xx", region(func(b, _, _ map[string]any) { b["region"] = "xx" }), "an unknown code is kept")
	assert.Equal(t, "", region(func(_, _, _ map[string]any) {}))
}

func TestFieldURL(t *testing.T) {
	for _, url := range []string{"", "prose about the url", "ftp://x/y", "http://", "http://photos-1250000000.cos.ap-shanghai.myqcloud.com", "http:///", "://", "https://cdn.example.com/a%20b/%E4%B8%AD.png"} {
		b := one(t, edit(t, func(cos, _ map[string]any) { obj(cos, "cosObject")["url"] = url }))
		assert.Equal(t, "a b/中.png", b.Object.Key, url)
		assert.Equal(t, url, b.Object.URL)
	}
	b := one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosObject"), "url") }))
	assert.Equal(t, "a b/中.png", b.Object.Key)
	for _, host := range []string{"photos-1250000000.cos-internal.ap-shanghai.tencentcos.cn", "photos-1250000000.cossh.myqcloud.com", "photos-1250000000.cos.ap-shanghai.tencentcos.cn"} {
		b := one(t, edit(t, func(cos, _ map[string]any) {
			cos["cosBucket"] = map[string]any{}
			obj(cos, "cosObject")["url"] = "https://" + host + "/a%20b/%E4%B8%AD.png"
		}))
		assert.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket, host)
		assert.Equal(t, "a b/中.png", b.Object.Key)
	}
}

func TestFieldSize(t *testing.T) {
	for _, tt := range []struct {
		size any
		want int64
	}{
		{557, 557}, {"1024", 1024}, {" 1024 ", 1024}, {"", 0}, {nil, 0}, {0, 0}, {json.Number("9223372036854775807"), 1<<63 - 1},
		{json.Number("1024.0"), 1024}, {json.Number("1.024e3"), 1024}, {json.Number("-0"), 0}, {json.Number("10E2"), 1000}, {json.Number("1000e-2"), 10},
	} {
		b := one(t, edit(t, func(cos, _ map[string]any) { obj(cos, "cosObject")["size"] = tt.size }))
		assert.Equal(t, tt.want, b.Object.Size, "%v", tt.size)
	}
	b := one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosObject"), "size") }))
	assert.Zero(t, b.Object.Size)
	for _, size := range []any{"many", json.Number("9223372036854775808"), json.Number("1e400"), json.Number("1.5"), json.Number("1e-1"), true, []int{}, map[string]any{}} {
		_, err := Decode(edit(t, func(cos, _ map[string]any) { obj(cos, "cosObject")["size"] = size }))
		var e *RecordError
		require.ErrorAs(t, err, &e, "%v", size)
		assert.Equal(t, "cos.cosObject.size", e.Path)
	}
}

func TestFieldVersionAndMeta(t *testing.T) {
	b := one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosObject"), "vid") }))
	assert.Empty(t, b.Object.VersionID)
	b = one(t, edit(t, func(cos, _ map[string]any) { delete(obj(cos, "cosObject"), "meta") }))
	assert.Equal(t, []string{"", "", "", ""}, []string{b.RequestID, b.Object.ETag, b.Object.ContentType, b.Object.StorageClass})
	b = one(t, edit(t, func(cos, _ map[string]any) {
		obj(cos, "cosObject")["meta"] = map[string]any{"content-type": "", "etag": `"1"`, "X-Cos-Request-Id": "r", "X-COS-META-Owner": "li", "x-cos-meta-": "no name",
			"Cache-Control": "none", "x-cos-storage-class": "ARCHIVE", "n": 5, "nested": []int{1}, "nothing": nil}
	}))
	assert.Equal(t, Object{Key: b.Object.Key, ETag: `"1"`, StorageClass: "ARCHIVE", URL: b.Object.URL, Size: 557, Metadata: map[string]string{"Owner": "li"}}, b.Object)
	assert.Equal(t, "r", b.RequestID)
	meta := b.Record.COS.Object.Meta.Map()
	assert.Equal(t, "5", meta["n"])
	assert.Equal(t, "none", meta["Cache-Control"])
	assert.NotContains(t, meta, "nested")
}

func TestFieldEventTime(t *testing.T) {
	second := time.Date(2022, 4, 15, 9, 49, 16, 0, time.UTC)
	for _, tt := range []struct {
		value any
		want  time.Time
	}{
		{1650016156, second}, {"1650016156", second}, {"2022-04-15T09:49:16Z", second}, {"2022-04-15T17:49:16+08:00", second},
		{"2022-04-15T17:49:16.250+0800", second.Add(250 * time.Millisecond)}, {"2022-04-15 09:49:16", second}, {"2022-04-15T09:49:16", second},
		{"1970-01-01T00:00:00.000Z", time.Time{}}, {json.Number("1650016156.5"), second.Add(500 * time.Millisecond)}, {"2022-04-15", second.Truncate(24 * time.Hour)},
		{"the time of the event", time.Time{}}, {"", time.Time{}}, {nil, time.Time{}}, {0, time.Time{}}, {"20 minutes ago", time.Time{}},
	} {
		b := one(t, edit(t, func(_, event map[string]any) { event["eventTime"] = tt.value }))
		assert.Equal(t, tt.want, b.Time, "%v", tt.value)
	}
	b := one(t, edit(t, func(_, event map[string]any) { delete(event, "eventTime") }))
	assert.True(t, b.Time.IsZero())
}

func TestFieldReqID(t *testing.T) {
	for _, tt := range []struct {
		value any
		want  int64
	}{{0, 0}, {1049823, 1049823}, {"7", 7}, {nil, 0}, {json.Number("9223372036854775807"), 1<<63 - 1}} {
		b := one(t, edit(t, func(_, event map[string]any) { event["reqid"] = tt.value }))
		assert.Equal(t, tt.want, b.Record.Event.ReqID)
	}
	assert.Zero(t, one(t, edit(t, func(_, event map[string]any) { delete(event, "reqid") })).Record.Event.ReqID)
}

func TestFieldEventQueue(t *testing.T) {
	for queue, want := range map[string]Target{
		"qcs:0:lambda:sh:appid/1250000000:f":            {"", "f", "", "ap-shanghai", "1250000000"},
		"qcs:0:lambda:sh:appid/1250000000:ns.f.$LATEST": {"ns", "f", "$LATEST", "ap-shanghai", "1250000000"},
		"qcs:0:cos:gz:1250000000:cos":                   {"", "", "", "ap-guangzhou", "1250000000"},
		"prose":                                         {},
		"":                                              {},
	} {
		b := one(t, edit(t, func(_, event map[string]any) { event["eventQueue"] = queue }))
		assert.Equal(t, want, b.Function, queue)
		assert.Equal(t, queue, b.Record.Event.Queue)
	}
}

func TestFieldNotificationID(t *testing.T) {
	for _, id := range []string{"unkown", "unknown", "some prose"} {
		b := one(t, edit(t, func(cos, _ map[string]any) { cos["cosNotificationId"] = id }))
		assert.Equal(t, id, b.Record.COS.NotificationID)
	}
}

func TestFieldRequestParameters(t *testing.T) {
	b := one(t, edit(t, func(_, event map[string]any) { delete(event, "requestParameters") }))
	assert.Empty(t, b.SourceIP)
	b = one(t, edit(t, func(_, event map[string]any) { delete(obj(event, "requestParameters"), "requestHeaders") }))
	assert.Nil(t, b.Record.Event.RequestParameters.Headers.Fields())
	b = one(t, edit(t, func(_, event map[string]any) {
		obj(event, "requestParameters")["requestHeaders"] = map[string]any{"Authorization": ""}
	}))
	assert.Equal(t, Fields{{"Authorization", ""}}, b.Record.Event.RequestParameters.Headers.Fields())
}

// TestFieldConstants: eventVersion, eventSource, reservedInfo and cosSchemaVersion may have any value and may be missing.
func TestFieldConstants(t *testing.T) {
	b := one(t, edit(t, func(cos, event map[string]any) {
		cos["cosSchemaVersion"], event["eventVersion"], event["eventSource"] = 2.0, 1, "qcs::later"
		event["reservedInfo"] = true
	}))
	assert.Equal(t, []string{"2", "1", "qcs::later", "true"},
		[]string{b.Record.COS.SchemaVersion, b.Record.Event.Version, b.Record.Event.Source, b.Record.Event.ReservedInfo})
	b = one(t, edit(t, func(cos, event map[string]any) {
		delete(cos, "cosSchemaVersion")
		delete(event, "eventVersion")
		delete(event, "eventSource")
		delete(event, "reservedInfo")
	}))
	assert.Equal(t, TypeObjectCreatedPut, b.Type)
}

// TestEveryMemberMayBeMissingOrNull takes each member of the record out, at every level.
func TestEveryMemberMayBeMissingOrNull(t *testing.T) {
	p, err := Encode(Notification{Records: []Record{sampleRecord(TypeObjectRemoveDelete)}})
	require.NoError(t, err)
	tried := 0
	var walk func(shape []member, path []string)
	walk = func(shape []member, path []string) {
		for _, m := range shape {
			here := append(append([]string{}, path...), m.name)
			without := rewrite(string(p), nil, func(s string) string {
				return strings.Replace(s, `"`+m.name+`":`, `"other":`, 1)
			})
			require.NotEqual(t, string(p), without)
			n, err := DecodeNotification(p)
			require.NoError(t, err)
			null := `{"Records":[` + rewrite(*n.Records[0].text, here, func(string) string { return "null" }) + `]}`
			for _, payload := range []string{without, null} {
				tried++
				events, err := Decode([]byte(payload))
				if len(here) == 1 && m.name == "cos" || m.name == "cosObject" { // neither key nor url is left
					require.ErrorIs(t, err, ErrNotNotification)
					continue
				}
				require.NoError(t, err, "%v", here)
				require.Len(t, events, 1)
				require.NotEmpty(t, events[0].Common().Object.Key)
			}
			walk(m.in, here)
		}
	}
	walk(recordShape, nil)
	assert.Equal(t, 2*26, tried)
}
