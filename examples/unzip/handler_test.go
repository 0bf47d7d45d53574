package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var files = event.Bucket{Name: "files", AppID: "1250000000", Region: "ap-guangzhou"}

// attic is a bucket in which archives are unpacked.
type attic struct{ *triggertest.Cloud }

// newAttic binds the handler to rules, or else to every archive under archives/.
func newAttic(t *testing.T, env map[string]string, rules ...trigger.Trigger) attic {
	t.Helper()
	cloud := triggertest.New(t)
	cloud.CreateBucket(files)
	s, err := settingsFrom(func(k string) string { return env[k] })
	require.NoError(t, err)
	cloud.Handle("unzip", newMux(cloud.Objects(), s))
	if rules == nil {
		for _, suffix := range []string{".zip", ".tar.gz", ".tgz"} {
			rules = append(rules, trigger.Trigger{Prefix: s.source, Suffix: suffix})
		}
	}
	for _, r := range rules {
		r.Function, r.Bucket, r.Event = "unzip", files, event.AnyObjectCreated
		require.NoError(t, cloud.Triggers(files.Region).Bind(t.Context(), r))
	}
	return attic{cloud}
}

// put stores an archive, waits until it is handled, and returns the attempts that took.
func (a attic) put(t *testing.T, key string, archive []byte) []triggertest.Attempt {
	t.Helper()
	_, err := a.COS(files).Object.Put(t.Context(), key, bytes.NewReader(archive), nil)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, a.Wait(ctx))
	for _, d := range a.Deliveries() {
		if d.Key == key {
			assert.Equal(t, triggertest.Delivered, d.State, "%s", d)
			return d.Attempts
		}
	}
	require.Fail(t, "no delivery")
	return nil
}

// unpacked returns the files of an archive, by name.
func (a attic) unpacked(t *testing.T, archive string) map[string]string {
	t.Helper()
	keys, err := a.COSServer().Keys(files, "unpacked/"+archive+"/")
	require.NoError(t, err)
	found := map[string]string{}
	for _, key := range keys {
		o, err := a.COSServer().Get(files, key)
		require.NoError(t, err)
		found[strings.TrimPrefix(key, "unpacked/"+archive+"/")] = string(o.Body)
	}
	return found
}

func (a attic) progress(t *testing.T, archive string) (p progress) {
	t.Helper()
	o, err := a.COSServer().Get(files, "unpacked/"+archive+".json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(o.Body, &p))
	return p
}

// requests counts those of an operation.
func (a attic) requests(op, key string) (n int) {
	for _, r := range a.COSServer().Requests() {
		if r.Op == op && strings.HasPrefix(r.Key, key) {
			n++
		}
	}
	return n
}

func TestArchivesAreUnpacked(t *testing.T) {
	large := noise(3 << 20)
	items := []item{
		{"dir/", nil, tar.TypeDir}, text("dir/a.txt", "hello"), text("./b c+中文.html", "<p>"), text("empty", ""),
		{"large.bin", large, tar.TypeReg}, text("dir/inner.zip", "an archive in an archive"), text("z..z", "dots"),
	}
	want := map[string]string{"dir/a.txt": "hello", "b c+中文.html": "<p>", "empty": "", "large.bin": string(large), "dir/inner.zip": "an archive in an archive", "z..z": "dots"}
	for name, archive := range map[string][]byte{"a.zip": zipOf(t, items...), "sub/a.tar.gz": tarOf(t, items...), "A.TGZ.tgz": tarOf(t, items...)} {
		t.Run(name, func(t *testing.T) {
			a := newAttic(t, nil)
			assert.Len(t, a.put(t, "archives/"+name, archive), 1)
			got := a.unpacked(t, name)
			require.Len(t, got, len(want))
			for name, content := range want {
				assert.True(t, got[name] == content, name)
			}
			p := a.progress(t, name)
			assert.Equal(t, "done", p.State)
			assert.Equal(t, 6, p.Files)
			o, err := a.COSServer().Get(files, "unpacked/"+name+"/b c+中文.html")
			require.NoError(t, err)
			assert.Equal(t, "text/html; charset=utf-8", o.ContentType)
			assert.LessOrEqual(t, a.requests("GetObject", "archives/"), 2, "one for the end of a zip and one for the rest")
			for _, d := range a.Deliveries()[1:] {
				assert.Equal(t, triggertest.NotSent, d.State, "%s", d)
			}
		})
	}
}

func TestHostileArchivesAreRefused(t *testing.T) {
	good := text("good.txt", "good")
	zeros := item{"zeros", make([]byte, 2<<20), tar.TypeReg}
	link := item{"link", []byte("/etc/passwd"), tar.TypeSymlink}
	names := []string{"../up", "a/../../up", "/absolute", `..\up`, "a//b", "a/./b", "nul\x00", "bad\xff", "..", "", "line\nbreak"}
	type hostile struct {
		archive []byte
		why     string
	}
	cases := map[string]hostile{
		"link.zip":           {zipOf(t, link), "link or a device"},
		"link.tar.gz":        {tarOf(t, link), "link or a device"},
		"hardlink.tgz":       {tarOf(t, item{"hard", nil, tar.TypeLink}), "link or a device"},
		"device.tgz":         {tarOf(t, item{"dev", nil, tar.TypeBlock}), "link or a device"},
		"ratio.zip":          {zipOf(t, zeros), "more than 200 times"},
		"ratio.tar.gz":       {tarOf(t, zeros), "more than 200 times"},
		"overlap.zip":        {overlapping(t, 50), "more than 200 times"},
		"count.zip":          {zipOf(t, numbered(101, 10)...), "more than 100"},
		"count.tar.gz":       {tarOf(t, numbered(101, 10)...), "more than 100 files"},
		"claims.zip":         {claiming(t, 60000), "60000 files: more than 100"},
		"claims64.zip":       {claiming(t, 1<<40), "1099511627776 files"},
		"size.zip":           {zipOf(t, item{"big", noise(7 << 19), tar.TypeReg}), "more than 3145728 bytes"},
		"size.tar.gz":        {tarOf(t, item{"big", noise(7 << 19), tar.TypeReg}), "more than 3145728 bytes"},
		"text.zip":           {[]byte("no zip at all"), "damaged"},
		"text.tar.gz":        {[]byte("no gzip at all"), "damaged"},
		"empty.zip":          {nil, "empty"},
		"half.zip":           {zipOf(t, good)[:60], "damaged"},
		"half.tar.gz":        {tarOf(t, item{"big", noise(1 << 20), tar.TypeReg})[:1<<19], "damaged"},
		"changed.zip":        {bytes.Replace(zipOf(t, item{"x", noise(1000), tar.TypeReg}), noise(1000)[500:510], make([]byte, 10), 1), "damaged"},
		"changed large.zip":  {bytes.Replace(zipOf(t, item{"x", noise(2 << 20), tar.TypeReg}), noise(1 << 20)[1<<19:1<<19+10], make([]byte, 10), 1), "damaged"},
		"sparse bomb.tgz":    {sparse(t), "more than 200 times"},
		"long key.zip":       {zipOf(t, text(strings.Repeat("long/", 170)+"x", "x")), "850 bytes"},
		"hidden tail.tar.gz": {append(tarOf(t, good), tarOf(t, zeros)...), "far more than it says"},
	}
	for i, name := range names {
		bad := item{name, []byte("x"), tar.TypeReg}
		cases["name"+string(rune('a'+i))+".zip"] = hostile{zipOf(t, bad), "no name for a file"}
		if !strings.ContainsAny(name, "\x00") && name != "" {
			cases["name"+string(rune('a'+i))+".tar.gz"] = hostile{tarOf(t, bad), "no name for a file"}
		}
	}
	a := newAttic(t, map[string]string{"UNZIP_MAX_FILES": "100", "UNZIP_MAX_BYTES": "3145728"})
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Len(t, a.put(t, "archives/"+name, c.archive), 1, "no retry would help")
			p := a.progress(t, name)
			assert.Equal(t, "refused", p.State)
			assert.Contains(t, p.Reason, c.why)
			written := len(a.unpacked(t, name))
			if strings.HasSuffix(name, ".zip") {
				assert.Zero(t, written, "all of a zip is checked first")
			}
			assert.Equal(t, written, p.Files)
		})
	}
	keys, err := a.COSServer().Keys(files, "")
	require.NoError(t, err)
	for _, key := range keys {
		assert.True(t, strings.HasPrefix(key, "archives/") || strings.HasPrefix(key, "unpacked/"), key)
	}
}

// sparse is a tar.gz with a file of three megabytes that is hole but for eight bytes.
func sparse(t testing.TB) []byte {
	t.Helper()
	h := &tar.Header{Name: "hole", Typeflag: tar.TypeReg, Mode: 0o644, Size: 8, Format: tar.FormatPAX, PAXRecords: map[string]string{
		"GNX.sparse.size": "3145727", "GNX.sparse.numblocks": "1", "GNX.sparse.map": "0,8",
	}}
	var raw bytes.Buffer
	w := tar.NewWriter(&raw)
	require.NoError(t, w.WriteHeader(h))
	_, err := w.Write([]byte("12345678"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	// archive/tar writes no sparse files: name the records as GNU tar does, in as many bytes.
	b := bytes.ReplaceAll(raw.Bytes(), []byte(" GNX.sparse"), []byte(" GNU.sparse"))
	return gzipOf(t, b)
}

// flaky fails the writes of unpacked files after so many.
type flaky struct {
	http.RoundTripper
	left atomic.Int64
}

func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut && !strings.HasSuffix(r.URL.Path, ".json") && f.left.Add(-1) == 0 {
		return nil, errors.New("the network is down")
	}
	return f.RoundTripper.RoundTrip(r)
}

func TestARetryGoesOnWhereTheFirstAttemptStopped(t *testing.T) {
	items := numbered(150, 100)
	for name, archive := range map[string][]byte{"a.zip": zipOf(t, items...), "a.tar.gz": tarOf(t, items...)} {
		t.Run(name, func(t *testing.T) {
			a := newAttic(t, nil)
			s, err := settingsFrom(func(string) string { return "" })
			require.NoError(t, err)
			id, key := a.Credentials()
			net := &flaky{RoundTripper: a.COSServer().Transport()}
			net.left.Store(101)
			a.Handle("unzip", newMux(cos.NewObjects(cos.StaticCredentials(id, key, ""), cos.WithTransport(net), cos.WithAttempts(1)), s))
			attempts := a.put(t, "archives/"+name, archive)
			require.Len(t, attempts, 2)
			assert.Contains(t, attempts[0].Error+attempts[0].Result, "after 100 files")
			assert.Len(t, a.unpacked(t, name), 150)
			assert.Equal(t, 150, a.requests("PutObject", "unpacked/"+name+"/"), "no file is written twice")
			assert.Equal(t, progress{State: "done", Files: 150, Bytes: 150 * 101}, progress{State: a.progress(t, name).State, Files: a.progress(t, name).Files, Bytes: a.progress(t, name).Bytes})
		})
	}
}

func TestABrokenConnectionIsNoBrokenArchive(t *testing.T) {
	items := []item{text("a", "1"), {"large.bin", noise(3 << 20), tar.TypeReg}, text("z", "2")}
	for name, archive := range map[string][]byte{"a.zip": zipOf(t, items...), "a.tar.gz": tarOf(t, items...)} {
		t.Run(name, func(t *testing.T) {
			a := newAttic(t, nil)
			s, err := settingsFrom(func(string) string { return "" })
			require.NoError(t, err)
			id, key := a.Credentials()
			a.Handle("unzip", newMux(cos.NewObjects(cos.StaticCredentials(id, key, ""), cos.WithEndpoint(a.URL()), cos.WithAttempts(1)), s))
			a.Faults().Fail("GetObject", 1, triggertest.Fault{Status: 404, Code: "NoSuchKey"}) // the progress is not there
			a.Faults().Fail("GetObject", 2, triggertest.Fault{CutAfter: 1 << 20})
			attempts := a.put(t, "archives/"+name, archive)
			require.Len(t, attempts, 2)
			assert.Contains(t, attempts[0].Error+attempts[0].Result, "broke off")
			assert.Len(t, a.unpacked(t, name), 3)
			assert.Equal(t, "done", a.progress(t, name).State)
		})
	}
}

func TestTheWorkEndsBeforeThePlatformEndsIt(t *testing.T) {
	a := newAttic(t, nil)
	archive := zipOf(t, numbered(3, 10)...)
	require.NoError(t, a.COSServer().Put(files, "archives/a.zip", archive))
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	s, err := settingsFrom(func(string) string { return "" })
	require.NoError(t, err)
	e := eventtest.Put(eventtest.Bucket(files), eventtest.Key("archives/a.zip"), eventtest.Time(time.Now()), eventtest.Size(int64(len(archive))))
	_, err = newMux(a.Objects(), s).Invoke(ctx, eventtest.Payload(e))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	end, cancel := context.WithTimeout(t.Context(), 100*time.Second)
	defer cancel()
	inner, cancelInner := withMargin(end)
	defer cancelInner()
	got, _ := inner.Deadline()
	outer, _ := end.Deadline()
	assert.InDelta(t, 5*time.Second, outer.Sub(got), float64(time.Second))
}

func TestDuplicatesDoNothingAndANewUploadBeginsAnew(t *testing.T) {
	a := newAttic(t, nil)
	a.put(t, "archives/a.zip", zipOf(t, text("one", "1")))
	payload := a.Deliveries()[0].Payload
	before := a.requests("PutObject", "unpacked/")
	_, err := a.SCF(files.Region).Invoke(t.Context(), "unzip", payload)
	require.NoError(t, err)
	assert.Equal(t, before, a.requests("PutObject", "unpacked/"))

	a.put(t, "archives/a.zip", zipOf(t, text("one", "new"), text("two", "2")))
	assert.Equal(t, map[string]string{"one": "new", "two": "2"}, a.unpacked(t, "a.zip"))
	_, err = a.SCF(files.Region).Invoke(t.Context(), "unzip", payload) // a late repeat of the first
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"one": "new", "two": "2"}, a.unpacked(t, "a.zip"))
}

// TestItNeverStartsItself binds the function to everything and has it take everything for an archive's place, which the settings
// refuse: what it wrote itself it leaves all the same.
func TestItNeverStartsItself(t *testing.T) {
	a := newAttic(t, nil, trigger.Trigger{})
	a.Handle("unzip", newMux(a.Objects(), settings{source: "", target: "unpacked/", limits: limits{100, 1 << 20, 200}}))
	inner := zipOf(t, text("deep", "x"))
	a.put(t, "a.zip", zipOf(t, item{"b.zip", inner, tar.TypeReg}))
	keys, err := a.COSServer().Keys(files, "")
	require.NoError(t, err)
	assert.Equal(t, []string{"a.zip", "unpacked/a.zip.json", "unpacked/a.zip/b.zip"}, keys)
}

func TestWhatIsNoArchiveOrGoneIsLeft(t *testing.T) {
	a := newAttic(t, nil)
	in := eventtest.Bucket(files)
	_, err := a.SCF(files.Region).Invoke(t.Context(), "unzip", eventtest.Payload(
		eventtest.Put(in, eventtest.Key("archives/a.txt")), eventtest.Put(in, eventtest.Key("other/a.zip")),
		eventtest.Put(in, eventtest.Key("archives/gone.zip")), eventtest.Delete(in, eventtest.Key("archives/gone.zip")),
		eventtest.RestoreCompleted(in, eventtest.Key("archives/a.zip")),
	))
	require.NoError(t, err)
	_, err = a.SCF(files.Region).Invoke(t.Context(), "unzip", eventtest.Payload(
		eventtest.Unknown("cos:ObjectTagging:Put", in), eventtest.Put(in, eventtest.Key("archives/gone.zip"))))
	require.ErrorContains(t, err, "no handler")
	keys, err := a.COSServer().Keys(files, "")
	require.NoError(t, err)
	assert.Empty(t, keys)
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct{ variable, value, err string }{
		"defaults": {},
		"a loop":   {"UNZIP_TARGET", "archives/out/", "lies inside"},
		"no slash": {"UNZIP_TARGET", "out", "ends in a slash"},
		"files":    {"UNZIP_MAX_FILES", "0", `UNZIP_MAX_FILES is "0"`},
		"bytes":    {"UNZIP_MAX_BYTES", "1GB", `UNZIP_MAX_BYTES is "1GB"`},
		"ratio":    {"UNZIP_MAX_RATIO", "-1", `UNZIP_MAX_RATIO is "-1"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := settingsFrom(func(k string) string { return map[string]string{c.variable: c.value}[k] })
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, settings{"archives/", "unpacked/", limits{10_000, 5 << 30, 200}}, s)
				return
			}
			assert.ErrorContains(t, err, c.err)
		})
	}
}
