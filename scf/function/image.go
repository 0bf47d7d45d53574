package function

import (
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/cosevent/cosevent-go/scf/function/internal/http1"
)

const (
	imagePort = "9000"
	imagePath = "/event-invoke"
)

func serveImage(e *engine) error {
	addr := e.opt.addr
	if addr == "" {
		addr = net.JoinHostPort(listenHost(), imagePort)
	}
	fixed := contextFromEnv()
	return listenAndServe(e, addr, func(e *engine, conn net.Conn) { serveImageConn(e, conn, fixed) })
}

func serveImageConn(e *engine, conn net.Conn, fixed Context) {
	r, w := http1.NewReader(conn), http1.NewWriter(conn)
	for {
		req, err := r.ReadRequest()
		if err != nil {
			refuse(w, err)
			return
		}
		if req.Expects && w.WriteContinue() != nil {
			return
		}
		body, err := r.ReadBody(req, maxPayload)
		if err != nil {
			refuse(w, err)
			return
		}
		closing := req.Close || e.ending.Err() != nil
		switch {
		case req.Path != imagePath:
			err = w.WriteResponse(404, "Not Found", []byte(`{"errorMessage":"only `+imagePath+` is served"}`), closing)
		case req.Method != "POST":
			err = w.WriteResponse(405, "Method Not Allowed", []byte(`{"errorMessage":"only POST is served"}`), closing)
		default:
			err = serveImageCall(e, r, w, fixed, body, closing)
		}
		if err != nil || closing {
			return
		}
	}
}

func serveImageCall(e *engine, r *http1.Reader, w *http1.Writer, meta Context, body []byte, closing bool) error {
	deadline := imageMetadata(r, &meta, time.Now())
	out, fail := e.invoke(&meta, body, deadline)
	if fail == nil {
		return w.WriteResponse(200, "OK", out, closing)
	}
	err := w.WriteResponse(500, "Internal Server Error", fail.json(meta.RequestID), closing || fail.exit)
	e.finish(&meta, fail)
	return err
}

// imageMetadata reads what the platform tells in headers. Every one of them may be missing.
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
	if mb, err := strconv.Atoi(r.Get("x-scf-memory")); err == nil && mb > 0 {
		m.MemoryLimitMB = mb
	}
	if ms, err := strconv.ParseInt(r.Get("x-scf-timeout"), 10, 32); err == nil && ms > 0 {
		m.TimeLimit = time.Duration(ms) * time.Millisecond
		deadline = now.Add(m.TimeLimit)
	}
	return deadline
}

// refuse answers what is no request, if that is the trouble.
func refuse(w *http1.Writer, err error) {
	switch {
	case errors.Is(err, http1.ErrMalformed):
		_ = w.WriteResponse(400, "Bad Request", []byte(`{"errorMessage":"malformed request"}`), true)
	case errors.Is(err, http1.ErrTooLarge):
		_ = w.WriteResponse(413, "Content Too Large", []byte(`{"errorMessage":"request too large"}`), true)
	}
}
