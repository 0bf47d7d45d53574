package scftest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/requestid"
)

type entry struct {
	name string
	mode fs.FileMode
	body string
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o644
		}
		h.SetMode(e.mode)
		f, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = io.WriteString(f, e.body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestExtractRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []entry
	}{
		{"parent", []entry{{name: "../evil", body: "x"}}},
		{"parent within", []entry{{name: "a/../../evil", body: "x"}}},
		{"absolute", []entry{{name: "/evil", body: "x"}}},
		{"backslash", []entry{{name: `..\evil`, body: "x"}}},
		{"link", []entry{{name: "evil", mode: fs.ModeSymlink | 0o777, body: "/etc/passwd"}}},
		{"link as directory", []entry{{name: "d", mode: fs.ModeSymlink | 0o777, body: ".."}, {name: "d/evil", body: "x"}}},
		{"device", []entry{{name: "null", mode: fs.ModeDevice | 0o666}}},
		{"twice", []entry{{name: "a", body: "1"}, {name: "a", body: "2"}}},
		{"file as directory", []entry{{name: "a", body: "1"}, {name: "a/b", body: "2"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := t.TempDir()
			dir := filepath.Join(top, "code")
			require.NoError(t, os.Mkdir(dir, 0o755))
			assert.ErrorIs(t, extract(archive(t, tt.entries...), dir), errUnsafeZip)
			left, err := os.ReadDir(top)
			require.NoError(t, err)
			assert.Len(t, left, 1, "nothing outside")
		})
	}
}

func TestExtractCountsBytesNotClaims(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	data := archive(t, entry{name: "bomb", body: strings.Repeat("\x00", 1<<20)})
	// The central directory claims that it is one byte long.
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], 1)
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	_, err = extractFile(root, r.File[0], 1000)
	assert.ErrorIs(t, err, errUnsafeZip)
	r, err = zip.NewReader(bytes.NewReader(archive(t, entry{name: "big", body: strings.Repeat("x", 1001)})), int64(len(archive(t, entry{name: "big", body: strings.Repeat("x", 1001)}))))
	require.NoError(t, err)
	_, err = extractFile(root, r.File[0], 1000)
	assert.ErrorIs(t, err, errUnsafeZip)
}

func TestExtractKeepsModes(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, extract(archive(t, entry{name: "bin/", mode: fs.ModeDir | 0o700}, entry{name: "./bin/run", mode: 0o755 | fs.ModeSetuid, body: "x"}, entry{name: "note"}), dir))
	info, err := os.Stat(filepath.Join(dir, "bin/run"))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o755), info.Mode())
}

func TestCron(t *testing.T) {
	at := time.Date(2024, 2, 28, 23, 59, 30, 500, platformZone)
	for _, tt := range []struct{ expr, want string }{
		{"* * * * * * *", "2024-02-28 23:59:31"},
		{"*/20 * * * * * *", "2024-02-28 23:59:40"},
		{"0 0 0 * * * *", "2024-02-29 00:00:00"},
		{"0 30 9-17/4 * * * *", "2024-02-29 09:30:00"},
		{"0 0 12 * * MON-FRI *", "2024-02-29 12:00:00"},
		{"0 0 12 ? * sat *", "2024-03-02 12:00:00"},
		{"0 0 0 1 JAN ? 2030", "2030-01-01 00:00:00"},
		{"0 0 0 31 * ? *", "2024-03-31 00:00:00"},
		{"0 0 0 29 2 ? *", "2024-02-29 00:00:00"},
		{"0 0 0 1 * WED *", "2024-03-01 00:00:00"},
		{"30 10 * * *", "2024-02-29 10:30:00"},
		{"0 0 0 30 2 ? *", ""},
		{"0 0 0 1 1 ? 2020", ""},
	} {
		c, err := parseCron(tt.expr)
		require.NoError(t, err, tt.expr)
		got, ok := c.next(at)
		assert.Equal(t, tt.want != "", ok, tt.expr)
		if ok {
			assert.Equal(t, tt.want, got.Format(time.DateTime), tt.expr)
		}
	}
	for _, bad := range []string{"", "* * * *", "60 * * * * * *", "* * * 0 * * *", "* * * * 13 * *", "*/0 * * * * * *", "5-3 * * * * * *", "a * * * * * *", "* * * * * 5L *", "? * * * * * *", "* * * * * * 1969", "0 5/9223372036854775807 * * * * *",
		"0 1/61 * * * * *", "0 0 0 L * * *", "0 0 0 15W * * *", "0 0 0 * * 1#2 *", "5-3/2 * * * * * *", "0 0 0 * MAR-JAN * *", "0 0 0 * * 5-7 *", "0 0 0 * * FRI-SUN *",
		"* * * * * * * *", "@daily", "0 0 0 , * * *"} {
		_, err := parseCron(bad)
		assert.Error(t, err, bad)
	}
}

func FuzzCron(f *testing.F) {
	f.Add("0 5/9223372036854775807 * * * * *")
	f.Add("*/20 0-59/3 1,2 ? JAN-MAR MON 2024-2030")
	f.Add("0 0 0 31 2 ? *")
	f.Add("5-3 * * * * * *")
	f.Fuzz(func(t *testing.T, expr string) {
		c, err := parseCron(expr)
		if err != nil {
			return
		}
		at := time.Date(2024, 2, 28, 23, 59, 30, 500, platformZone)
		for range 3 {
			next, ok := c.next(at)
			if !ok {
				return
			}
			require.True(t, next.After(at), "%v after %v", next, at)
			at = next
		}
	})
}

func TestOutputFindsItsMarks(t *testing.T) {
	log := &userLog{}
	o, err := newOutput(log)
	require.NoError(t, err)
	text := "plain\nwith \x00 inside\n\x00scftest-\nunended"
	for i := range text { // byte by byte: marks and text arrive in any pieces
		_, err := o.w.Write([]byte{text[i]})
		require.NoError(t, err)
		if i%5 == 0 {
			o.sync()
		}
	}
	o.close()
	var got []string
	for _, l := range log.take() {
		got = append(got, l.text)
	}
	assert.Equal(t, []string{"plain", "with \x00 inside", "\x00scftest-", "unended"}, got)
	o.sync() // after the end it does not wait
}

func TestUserLogLimits(t *testing.T) {
	l := &userLog{}
	_, _ = l.Write([]byte(strings.Repeat("x", 3*maxLogLine)))
	_, _ = l.Write(bytes.Repeat([]byte("line\n"), 2*maxLogLines))
	lines := l.take()
	assert.Len(t, lines, maxLogLines)
	assert.Len(t, lines[0].text, maxLogLine)
	_, _ = l.Write(bytes.Repeat([]byte(strings.Repeat("y", 8000)+"\n"), 200))
	assert.Len(t, l.take(), maxLogBytes/8000)
}

func FuzzTriggerDesc(f *testing.F) {
	f.Add(`{"event":"cos:ObjectCreated:*","filter":{"Prefix":"a","Suffix":".b"}}`)
	f.Add(`{"event":"cos:ObjectRemove:Delete"}`)
	f.Add(`{"bucketUrl":"photos-1250000000.cos.ap-guangzhou.myqcloud.com","event":"cos:ObjectCreated:Put","filter":{"Prefix":"\u0000<&"}}`)
	b := event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-guangzhou"}
	f.Fuzz(func(t *testing.T, desc string) {
		r, err := parseDesc(b, desc, false)
		if err != nil {
			return
		}
		again, err := parseDesc(b, r.desc(), false)
		require.NoError(t, err, "what is given back is taken again")
		assert.Equal(t, r.desc(), again.desc())
		assert.True(t, r.overlaps(again))
	})
}

func FuzzExtract(f *testing.F) {
	f.Add(archive(f, entry{name: "main", mode: 0o755, body: "x"}, entry{name: "../x", body: "y"}))
	f.Add(archive(f, entry{name: "a/b", body: strings.Repeat("z", 1000)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		top := t.TempDir()
		dir := filepath.Join(top, "code")
		require.NoError(t, os.Mkdir(dir, 0o755))
		_ = extract(data, dir)
		left, err := os.ReadDir(top)
		require.NoError(t, err)
		assert.Len(t, left, 1)
	})
}

func FuzzCall(f *testing.F) {
	f.Add("ListFunctions", []byte(`{"Limit":1,"Filters":[{"Name":"Status","Values":["Active"]}]}`), "")
	f.Add("CreateFunction", []byte(`{"FunctionName":"thumb","Code":{"ZipFile":""}}`), "")
	f.Add("ListNamespaces", []byte(`{"SearchKey":[null]}`), "")
	f.Add("ListTriggers", []byte(`{"FunctionName":"thumb","Filters":[{"Values":[null]}]}`), "")
	f.Add("", []byte(nil), "Action=ListFunctions&Version=2018-04-16&Region=ap-guangzhou&Timestamp=1&Filters.0.Name=Status&Filters.0.Values.0=Active")
	s, err := Start(WithoutListener(), WithoutSignatures())
	require.NoError(f, err)
	f.Cleanup(s.Close)
	names := Actions()
	f.Fuzz(func(t *testing.T, action string, body []byte, query string) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		if query != "" {
			r = httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.RawQuery = query
		} else {
			if len(action) > 0 && len(action) < 3 {
				action = names[int(action[0])%len(names)]
			}
			for k, v := range map[string]string{"Content-Type": "application/json", "X-TC-Version": versionSCF, "X-TC-Timestamp": "1700000000", "X-TC-Region": "ap-guangzhou", "X-TC-Action": action} {
				r.Header.Set(k, v)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), `"RequestId":`)
	})
}

func TestNewIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		seen[requestid.New()] = true
	}
	assert.Len(t, seen, 1000)
	assert.Len(t, shortID(8), 8)
}
