package costest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

func FuzzAuthorization(f *testing.F) {
	f.Add("q-sign-algorithm=sha1&q-ak=AKID&q-sign-time=1;2&q-key-time=1;2&q-header-list=host&q-url-param-list=&q-signature=00")
	f.Add("q-sign-algorithm=sha1&q-ak=%41&q-sign-time=1%3B2&q-key-time=1;2&q-header-list=a%20b;host&q-signature=1")
	f.Add("")
	f.Add("&&==&%")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAuthorization(text)
		if err != nil {
			return
		}
		if a.algorithm != "sha1" || a.id == "" || a.signature == "" {
			t.Errorf("accepted %q", text)
		}
		_, _, _ = parseSpan(a.keyTime)
		r := httptest.NewRequest(http.MethodGet, "http://x/", nil)
		// Whoever does not know the key does not get in.
		if a.verify("a key nobody knows", r, nil) == nil {
			t.Errorf("%q is signed", text)
		}
	})
}

// What the official client signs, this verifies.
func FuzzSignedRequest(f *testing.F) {
	f.Add("/k", "a=b&c", "x-cos-meta-a", "v")
	f.Add("/a b/ü+%", "prefix=%2B&delimiter=/&q=a b", "range", "bytes=0-1")
	f.Add("//", "A=1&a=2&A=0", "x-cos-acl", "")
	f.Fuzz(func(t *testing.T, path, rawQuery, name, value string) {
		q, err := parseQuery(rawQuery)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		values := url.Values{}
		var plain query
		for _, p := range q {
			if !utf8.ValidString(p.key + p.value) {
				return
			}
			if p.key == "" {
				return // a list of parameters cannot name it: q-url-param-list= is the empty list
			}
			values.Add(p.key, p.value)
			plain = append(plain, p)
		}
		for _, c := range []byte(name) {
			if (c < 'a' || c > 'z') && c != '-' {
				return
			}
		}
		if name == "" || name == "host" || name == "transfer-encoding" || name == "authorization" {
			return
		}
		r := &http.Request{Method: http.MethodGet, Host: "h", URL: &url.URL{Path: path, RawQuery: values.Encode()}, Header: http.Header{}}
		r.Header.Set(name, value)
		cossdk.AddAuthorizationHeader("id", "key", "", r, cossdk.NewAuthTime(time.Hour))
		a, err := parseAuthorization(r.Header.Get("Authorization"))
		if err != nil {
			t.Fatal(err)
		}
		var keys signKeys
		if err := a.verify(keys.get("id", "key", a.keyTime), r, plain); err != nil {
			t.Errorf("%s ?%s %s: %s: %v", path, r.URL.RawQuery, name, value, err)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "a=b", "acl", "a=%20+b&a=c", "%zz", "a=b;c=d", "&&", "=", "a==b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw)
		want, werr := url.ParseQuery(raw)
		if strings.Contains(raw, ";") {
			return // net/url refuses these
		}
		if (err == nil) != (werr == nil) {
			t.Fatalf("parseQuery(%q) = %v, net/url: %v", raw, err, werr)
		}
		if err == nil {
			for _, p := range q {
				if want.Get(p.key) != q.get(p.key) {
					t.Errorf("%q: %q is %q, net/url: %q", raw, p.key, q.get(p.key), want.Get(p.key))
				}
			}
		}
	})
}

func FuzzEscape(f *testing.F) {
	f.Add("a b/ü+%~!*'()")
	f.Fuzz(func(t *testing.T, s string) {
		back, ok := unescape(string(appendEscaped(nil, s, "")), true)
		if !ok || back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-1", "bytes=5-", "bytes=9-2", "bytes=1-2,3-4", "bytes=", "bytes=-", "bytes=99999999999999999999-"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, spec string, size int64) {
		if size < 0 {
			return
		}
		first, last, ok, err := parseRange(spec, size)
		if ok && (err != nil || first < 0 || first > last || last >= size) {
			t.Errorf("parseRange(%q, %d) = %d-%d, %v", spec, size, first, last, err)
		}
	})
}

func FuzzCopySource(f *testing.F) {
	f.Add("photos-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b?versionId=x")
	f.Add("/x/y")
	f.Fuzz(func(t *testing.T, s string) {
		if to, key, _, err := parseSource(s); err == nil && (to.Bucket == "" || key == "") {
			t.Errorf("accepted %q", s)
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(`{"expiration":"2030-01-01T00:00:00Z","conditions":[{"acl":"private"},["starts-with","$key","a/"],["content-length-range",1,"9"]]}`))
	f.Add([]byte(`{"expiration":"x","conditions":[[]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parsePolicy(text)
		if err == nil && (p.expires.IsZero() && !bytes.Contains(text, []byte("0001")) || p.limits.min < 0 || p.limits.max < p.limits.min) {
			t.Errorf("%q: %+v", text, p)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nbody\r\n--b--\r\n"))
	f.Add([]byte("--b\r\n\r\n--b--"))
	f.Fuzz(func(t *testing.T, text []byte) {
		form, file, err := readForm(multipart.NewReader(bytes.NewReader(text), "b"))
		if err != nil {
			return
		}
		size := 0
		for k, v := range form.fields {
			size += len(k) + len(v)
		}
		if size > maxFields {
			t.Errorf("%d bytes of fields", size)
		}
		u, err := receive(file, -1, 100, &memSink{}, false)
		if err == nil && u.n > 100 {
			t.Errorf("%d bytes of file", u.n)
		}
		_ = form.header()
	})
}

func FuzzXML(f *testing.F) {
	f.Add([]byte("<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>"))
	f.Add([]byte("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>"))
	f.Add([]byte("<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>x</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"))
	f.Add([]byte(`<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>`))
	f.Add([]byte(strings.Repeat("<Delete>", 1000)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d deleteXML
		if decodeXML(raw, "Delete", &d) == nil && !bytes.Contains(raw, []byte("Delete")) {
			t.Errorf("%q is no Delete", raw)
		}
		total := 0
		for _, o := range d.Objects {
			total += len(o.Key)
		}
		if total > len(raw) {
			t.Errorf("%d bytes of XML became %d", len(raw), total)
		}
		_ = decodeXML(raw, "CompleteMultipartUpload", &completeXML{})
		_ = decodeXML(raw, "AccessControlPolicy", &aclXML{})
		_, _ = parseCORS(raw)
		_, _ = parseReplication(raw)
		_, _ = parseOrigin(raw)
	})
}

func FuzzJournalLine(f *testing.F) {
	for _, l := range []line{
		{Do: "bucket", Bucket: event.Bucket{Name: "a", AppID: "1", Region: "r"}, Conf: &config{}},
		{Do: "push", Bucket: event.Bucket{Name: "a", AppID: "1", Region: "r"}, Key: "k", Object: toDisk(&object{attrs: &attrs{}})},
	} {
		b, err := encodeLine(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := decodeLine(b)
		if err != nil {
			return
		}
		d := &directory{dir: "none"}
		_ = d.apply(map[string]*bucket{}, l)
	})
}

// FuzzRequest sends anything, signed or not, to a server: it answers, with XML if it is an error, and stores nothing that a
// failed request brought.
func FuzzRequest(f *testing.F) {
	f.Add("PUT", "/k", "partNumber=1&uploadId=x", "body", true)
	f.Add("GET", "/", "prefix=a&delimiter=/&max-keys=1", "", true)
	f.Add("GET", "/k", "versionId=MQ", "", true)
	f.Add("POST", "/", "delete", "<Delete><Object><Key>k</Key></Object></Delete>", true)
	f.Add("DELETE", "/../a//b", "", "", false)
	s, err := Start(WithoutListener(), WithRequestLog(0))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	b := event.Bucket{Name: "photos", AppID: DefaultAppID, Region: "ap-guangzhou"}
	if err := s.CreateBucket(b); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, path, rawQuery, body string, signed bool) {
		switch method {
		case "GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS":
		default:
			return
		}
		if !strings.HasPrefix(path, "/") {
			return
		}
		_ = s.CreateBucket(b)
		r := httptest.NewRequest(method, "http://"+b.Host()+"/", strings.NewReader(body))
		r.URL = &url.URL{Path: path, RawQuery: rawQuery}
		r.Header.Set("Content-Length", fmt.Sprint(len(body)))
		if signed {
			cossdk.AddAuthorizationHeader(DefaultSecretID, DefaultSecretKey, "", r, cossdk.NewAuthTime(time.Hour))
		}
		n := len(mustKeys(t, s, b))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		resp := w.Result()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.Header.Get("X-Cos-Request-Id") == "" {
			t.Fatalf("%v %v", resp.Header, err)
		}
		if resp.StatusCode >= 400 {
			if method != http.MethodHead && !bytes.Contains(text, []byte("<Code>")) {
				t.Errorf("%d without a code: %q", resp.StatusCode, text)
			}
			if after := len(mustKeys(t, s, b)); after != n {
				t.Errorf("%d %s changed the bucket", resp.StatusCode, text)
			}
		}
		if resp.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s %s?%s: %s", method, path, rawQuery, text)
		}
	})
}

func mustKeys(t *testing.T, s *Server, b event.Bucket) []string {
	keys, err := s.Keys(b, "")
	if err != nil && err != errNoSuchBucket {
		t.Fatal(err)
	}
	return keys
}
