package cos

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxDocument bounds the XML of an answer, in bytes. The largest is a page of 1,000 keys, each escaped.
const maxDocument = 16 << 20

// exchange is a request that can be sent again, with a short body or none, whose answer is an XML document.
type exchange struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
	// once says that a request that got no answer is not repeated, for it may have taken effect.
	once bool
}

func (x exchange) request() *http.Request {
	req := newRequest(x.method, x.url)
	for name, values := range x.header {
		req.Header[name] = values
	}
	if x.body != nil {
		sum := md5.Sum(x.body) // which the service wants of documents
		req.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
		req.Header.Set("Content-Type", "application/xml")
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(x.body)), int64(len(x.body))
	}
	return req
}

// run sends x, repeats what may be repeated, and reads the document of the answer into doc unless that is nil. A failure may come
// with status 200, as an Error document, when it happened while the service was at work.
func (o *Objects) run(ctx context.Context, t target, x exchange, doc any) error {
	tries := o.tries
	if x.method == http.MethodGet {
		tries = 1 // the transport repeats reads
	}
	for try := 1; ; try++ {
		resp, err := o.do(ctx, x.request())
		var body []byte
		if err == nil && resp.StatusCode/100 == 2 {
			if err := t.foreign(resp); err != nil {
				return err
			}
			body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument))
			discard(resp.Body)
			if status := failureIn(body); status != 0 {
				resp.StatusCode, resp.Body = status, io.NopCloser(bytes.NewReader(body))
			}
		}
		if try < tries && worthRepeating(ctx, resp, err) && (err == nil || !x.once) {
			pause := pauseAfter(try, resp)
			if resp != nil {
				discard(resp.Body)
			}
			if err := wait(ctx, pause); err != nil {
				return t.fail(nil, err)
			}
			continue
		}
		switch {
		case err != nil:
			return t.noAnswer(ctx, err)
		case resp.StatusCode/100 != 2:
			return t.answer(resp)
		case doc == nil:
			return nil
		}
		if err := xml.Unmarshal(body, doc); err != nil {
			return t.fail(nil, fmt.Errorf("the answer is not the XML that was expected: %w", err))
		}
		return nil
	}
}

// failureIn returns the status that an Error document stands for, 0 if body is none.
func failureIn(body []byte) int {
	var failure struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}
	if xml.Unmarshal(body, &failure) != nil {
		return 0
	}
	switch failure.Code {
	case "NoSuchKey", "NoSuchVersion", "NoSuchBucket", "NoSuchUpload":
		return http.StatusNotFound
	case "AccessDenied", "InvalidObjectState":
		return http.StatusForbidden
	case "PreconditionFailed":
		return http.StatusPreconditionFailed
	case "FileAlreadyExists", "ObjectAlreadyExists":
		return http.StatusConflict
	case "SlowDown", "ServiceUnavailable":
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
