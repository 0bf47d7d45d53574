package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf/function"
	"github.com/cosevent/cosevent-go/trigger"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

var objects = event.Bucket{Name: "objects", AppID: triggertest.DefaultAppID, Region: "ap-guangzhou"}

func keyOf(i int) string { return fmt.Sprintf("album/picture-%07d.jpg", i) }

// fake is a server of objects over loopback. Load puts an object in without a request.
type fake struct {
	addr string
	load func(key string, body []byte)
	// request is the head of a request: key is "" for the bucket, query without "?".
	request func(method, key, query string, size int) []byte
}

// newCloud is this module's whole cloud with all it does by default: signatures, CRC64, and a trigger whose rule every write is
// compared with, each with an entry in the journal that says why nothing fires; no key here matches the rule.
func newCloud(b *testing.B) *fake {
	cloud := triggertest.New(b)
	cloud.CreateBucket(objects)
	cloud.Handle("f", function.HandlerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil }))
	err := cloud.Triggers(objects.Region).Bind(b.Context(), trigger.Trigger{Function: "f", Bucket: objects, Event: event.AnyObjectCreated, Prefix: "never/"})
	if err != nil {
		b.Fatal(err)
	}
	return cosFake(b, cloud.COSServer(), cloud.URL())
}

// newCostest is the fake COS by itself: signatures, CRC64, and every write compared with a rule.
func newCostest(b *testing.B) *fake {
	server := costest.NewServer(b)
	if err := server.CreateBucket(objects); err != nil {
		b.Fatal(err)
	}
	server.OnChange(func(c costest.Change) {
		if c.Type.Matches(event.AnyObjectCreated) && strings.HasPrefix(c.Key, "never/") {
			b.Error("a key that no request has")
		}
	})
	return cosFake(b, server, server.URL())
}

func cosFake(b *testing.B, server *costest.Server, at string) *fake {
	id, secret := server.Credentials()
	return &fake{
		addr: strings.TrimPrefix(at, "http://"),
		load: func(key string, body []byte) {
			if err := server.Put(objects, key, body); err != nil {
				b.Fatal(err)
			}
		},
		request: func(method, key, query string, size int) []byte {
			// Signed beforehand, as a client may: what is measured is the server that has to check it.
			req := &http.Request{Method: method, Host: objects.Host(), Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: objects.Host(), Path: "/" + key, RawQuery: query}}
			cossdk.AddAuthorizationHeader(id, secret, "", req, cossdk.NewAuthTime(time.Hour))
			return head(method, req.URL.RequestURI(), objects.Host(), "Authorization: "+req.Header.Get("Authorization")+"\r\n", size)
		},
	}
}

// newGofakes3 is gofakes3 in memory with its defaults, which check no signature.
func newGofakes3(b *testing.B) *fake {
	backend := s3mem.New()
	if err := backend.CreateBucket("objects"); err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(backend).Server())
	b.Cleanup(srv.Close)
	addr := srv.Listener.Addr().String()
	return &fake{
		addr: addr,
		load: func(key string, body []byte) {
			if _, err := backend.PutObject("objects", key, map[string]string{}, bytes.NewReader(body), int64(len(body)), nil); err != nil {
				b.Fatal(err)
			}
		},
		request: func(method, key, query string, size int) []byte {
			uri := "/objects/" + key
			if query != "" {
				uri += "?" + query
			}
			return head(method, uri, addr, "", size)
		},
	}
}

func head(method, uri, host, more string, size int) []byte {
	s := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, uri, host, more)
	if method == http.MethodPut {
		s += "Content-Length: " + strconv.Itoa(size) + "\r\n"
	}
	return []byte(s + "\r\n")
}

// client sends requests over one connection and does no more than it must, so that little of the processor goes to it.
type client struct {
	conn net.Conn
	r    *bufio.Reader
	buf  []byte
}

func dial(b *testing.B, addr string) *client {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	return &client{conn: conn, r: bufio.NewReaderSize(conn, 64<<10)}
}

func (c *client) close() { _ = c.conn.Close() }

// do returns the number of bytes of the answer's body.
func (c *client) do(head, body []byte) (int64, error) {
	c.buf = append(c.buf[:0], head...)
	if len(body) <= 64<<10 {
		c.buf = append(c.buf, body...)
		body = nil
	}
	if _, err := c.conn.Write(c.buf); err != nil {
		return 0, err
	}
	if body != nil {
		if _, err := c.conn.Write(body); err != nil {
			return 0, err
		}
	}
	length := int64(-1)
	for n := 0; ; n++ {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if n == 0 && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
			rest, _ := c.r.Peek(c.r.Buffered())
			return 0, fmt.Errorf("%s%s", line, rest)
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.ParseInt(string(bytes.TrimSpace(v)), 10, 64); err != nil {
				return 0, err
			}
		}
	}
	if length >= 0 {
		n, err := c.r.Discard(int(length))
		return int64(n), err
	}
	n, err := io.Copy(io.Discard, httputil.NewChunkedReader(c.r))
	if err == nil {
		_, err = c.r.ReadSlice('\n') // the end of the trailer, which is empty
	}
	return n, err
}
