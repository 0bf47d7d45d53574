package function

import (
	"errors"
	"net"
	"time"

	"github.com/cosevent/cosevent-go/scf/function/internal/http1"
)

const (
	imagePort = "9000"
	imagePath = "/event-invoke"
)

// serveImage listens where the platform posts events of an image function.
func serveImage(e *engine) error {
	addr := e.opt.addr
	if addr == "" {
		addr = net.JoinHostPort(listenHost(), imagePort)
	}
	fromEnv := contextFromEnv()
	return listenAndServe(e, addr, func(e *engine, conn net.Conn) { serveImageConn(e, conn, fromEnv) })
}

// serveImageConn answers the requests of one connection.
func serveImageConn(e *engine, conn net.Conn, fromEnv Context) {
	r, w := http1.NewReader(conn), http1.NewWriter(conn)
	for {
		req, err := r.ReadRequest()
		if err != nil {
			refuse(e, conn, w, req, err)
			return
		}
		if req.Expects && req.Length <= maxPayload && w.WriteContinue() != nil {
			return
		}
		body, err := r.ReadBody(req, maxPayload)
		if err != nil {
			refuse(e, conn, w, req, err)
			return
		}
		closing := req.Close || e.ending.Err() != nil
		switch {
		case req.Path != imagePath:
			err = w.WriteResponse(req, http1.Response{Status: 404, Close: closing, Body: []byte(`{"errorMessage":"only ` + imagePath + ` is served"}`)})
		case req.Method != "POST":
			err = w.WriteResponse(req, http1.Response{Status: 405, Allow: "POST", Close: closing, Body: []byte(`{"errorMessage":"only POST is served"}`)})
		default:
			err = serveImageCall(e, r, w, fromEnv, req, body, closing)
		}
		if err != nil || closing {
			return
		}
	}
}

// serveImageCall runs one invocation.
func serveImageCall(e *engine, r *http1.Reader, w *http1.Writer, meta Context, req http1.Request, body []byte, closing bool) error {
	deadline := imageMetadata(r, &meta, time.Now())
	out, fail := e.invoke(&meta, body, deadline)
	if fail == nil {
		return w.WriteResponse(req, http1.Response{Status: 200, Body: out, Close: closing})
	}
	err := w.WriteResponse(req, http1.Response{Status: 500, Body: fail.json(meta.RequestID), Close: closing || fail.exit})
	e.finish(&meta, fail)
	return err
}

// imageMetadata sets what the platform sends in headers, each of which may be missing, and returns the deadline.
func imageMetadata(r *http1.Reader, m *Context, now time.Time) (deadline time.Time) {
	for _, h := range []struct {
		name string
		to   *string
	}{
		{"x-scf-request-id", &m.RequestID},
		{"x-scf-name", &m.FunctionName},
		{"x-scf-version", &m.FunctionVersion},
		{"x-scf-namespace", &m.Namespace},
		{"x-scf-region", &m.Region},
		{"x-scf-appid", &m.AppID},
		{"x-scf-uin", &m.UIN},
	} {
		if v := r.Get(h.name); v != "" {
			*h.to = v
		}
	}
	return m.setLimits(r.Get("x-scf-memory"), r.Get("x-scf-timeout"), now)
}

// maxRefusedTime bounds how long a client may go on sending a body that was refused.
const maxRefusedTime = 10 * time.Second

// refuse answers requests that cannot be parsed or are too large. The client may still be sending: what it sends is read to
// the end, or the answer would be lost, see linger.
func refuse(e *engine, conn net.Conn, w *http1.Writer, req http1.Request, err error) {
	resp := http1.Response{Close: true}
	switch {
	case errors.Is(err, http1.ErrMalformed):
		resp.Status, resp.Body = 400, []byte(`{"errorMessage":"malformed request"}`)
	case errors.Is(err, http1.ErrTooLarge):
		resp.Status, resp.Body = 413, []byte(`{"errorMessage":"request too large"}`)
	default:
		return // the connection broke
	}
	if w.WriteResponse(req, resp) == nil {
		linger(e, conn, maxRefusedTime)
	}
}
