package cos

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/event"
)

// What errors of this package are, for errors.Is.
var (
	// ErrNotFound says that the object, or the version of it, is not there: deleted since the event, or never was.
	ErrNotFound = errors.New("object not found")
	// ErrBucketNotFound says that the bucket itself is not there. It is not ErrNotFound: nobody deletes a bucket in passing.
	ErrBucketNotFound = errors.New("bucket not found")
	// ErrChanged says that the object is no longer the one the event, or the first part of a body, spoke of.
	ErrChanged = errors.New("object changed")
	// ErrUnverifiable says that the event carries nothing by which IfUnchanged could compare.
	ErrUnverifiable = errors.New("event carries neither version, ETag nor time")
	// ErrExists says that ForbidOverwrite found an object of that key.
	ErrExists = errors.New("object exists")
	// ErrArchived says that the object is in an archive class and must be restored before it can be read.
	ErrArchived = errors.New("object is archived")
	// ErrDenied says that the credentials may not do this, or were not accepted.
	ErrDenied = errors.New("access denied")
	// ErrCorrupt says that the bytes do not have the CRC64 the service computed, or are too few.
	ErrCorrupt = errors.New("content corrupted")
)

// Error is a failed operation on an object. errors.Is finds one of the Err variables of this package in it where one fits, and
// errors.As the official client's *cossdk.ErrorResponse where the service answered.
type Error struct {
	Op        string // "open", "head", "stat", "read", "put", "copy", "list", "tag" or "delete"
	Bucket    event.Bucket
	Key       string // for "list", the prefix
	VersionID string
	// Status, Code, Message and RequestID are the service's; Status is 0 if there was no answer. Message is shortened to one line.
	Status    int
	Code      string
	Message   string
	RequestID string

	kind  error // one of the variables above, or nil
	cause error
	hint  string // what to try
}

// Error returns one line, without secrets.
func (e *Error) Error() string {
	var b strings.Builder
	op := e.Op
	if op == "" {
		op = "request"
	}
	fmt.Fprintf(&b, "cos: %s %s/%q", op, e.Bucket.ID(), e.Key)
	if e.VersionID != "" {
		fmt.Fprintf(&b, " version %q", e.VersionID)
	}
	if e.kind != nil {
		fmt.Fprintf(&b, ": %v", e.kind)
	}
	switch {
	case e.Status != 0:
		if e.Message != "" {
			b.WriteString(": " + e.Message)
		}
		fmt.Fprintf(&b, " (status %d", e.Status)
		if e.Code != "" {
			fmt.Fprintf(&b, " %s", e.Code)
		}
		if e.RequestID != "" {
			fmt.Fprintf(&b, ", request %s", e.RequestID)
		}
		b.WriteByte(')')
	case e.cause != nil:
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	if e.hint != "" {
		b.WriteString("; " + e.hint)
	}
	return b.String()
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// target is what an operation is about.
type target struct {
	op      string
	bucket  event.Bucket
	key     string
	version string
}

func (t target) fail(kind, cause error) error {
	return &Error{Op: t.op, Bucket: t.bucket, Key: t.key, VersionID: t.version, kind: kind, cause: cause}
}

// answer makes an error of an answer that reports a failure, and closes its body.
func (t target) answer(resp *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // what could be read is enough
	discard(resp.Body)
	if resp.Request != nil {
		// The official error type keeps the request, signature included.
		req := *resp.Request
		req.Header = req.Header.Clone()
		req.Header.Del("Authorization")
		req.Header.Del("X-Cos-Security-Token")
		resp.Request = &req
	}
	sdkErr := &cossdk.ErrorResponse{}
	_ = xml.Unmarshal(body, sdkErr) // an answer without XML has a status all the same
	sdkErr.Response = resp
	if sdkErr.RequestID == "" {
		sdkErr.RequestID = resp.Header.Get("X-Cos-Request-Id")
	}
	return &Error{
		Op: t.op, Bucket: t.bucket, Key: t.key, VersionID: t.version,
		Status: resp.StatusCode, Code: sdkErr.Code, Message: oneLine(sdkErr.Message), RequestID: sdkErr.RequestID,
		kind: kindOf(resp, sdkErr.Code), cause: sdkErr, hint: hintFor(resp, sdkErr, time.Now()),
	}
}

// foreign returns an error if a successful answer is not one of COS, and closes its body then. Every answer of COS has a request
// id; a proxy or a login page in between answers 200 without one.
func (t target) foreign(resp *http.Response) error {
	if resp.Header.Get("Etag") != "" || resp.Header.Get("X-Cos-Request-Id") != "" {
		return nil
	}
	discard(resp.Body)
	return &Error{
		Op: t.op, Bucket: t.bucket, Key: t.key, VersionID: t.version, Status: resp.StatusCode,
		cause: errForeign, Message: errForeign.Error(), hint: "is there a proxy or a login page in between?",
	}
}

var errForeign = errors.New("the answer has neither an ETag nor an x-cos-request-id, so it is not from COS")

func kindOf(resp *http.Response, code string) error {
	switch resp.StatusCode {
	case http.StatusNotFound:
		if code == "NoSuchBucket" {
			return ErrBucketNotFound
		}
		return ErrNotFound
	case http.StatusMethodNotAllowed:
		// A version that is a delete marker.
		if resp.Header.Get("X-Cos-Delete-Marker") == "true" {
			return ErrNotFound
		}
	case http.StatusPreconditionFailed:
		return ErrChanged
	case http.StatusConflict:
		if code == "FileAlreadyExists" || code == "ObjectAlreadyExists" {
			return ErrExists
		}
	case http.StatusUnauthorized:
		return ErrDenied
	case http.StatusForbidden:
		if code == "InvalidObjectState" {
			return ErrArchived
		}
		return ErrDenied
	}
	return nil
}

// noAnswer makes an error of a request that got none; the context's own error goes first.
func (t target) noAnswer(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return t.fail(nil, err)
}
