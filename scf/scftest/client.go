package scftest

import (
	"bytes"
	"io"
	"net/http"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/scf"
)

// Client returns a client of this module for a region, pointed here. It panics if the region has no form of a region.
func (s *Server) Client(region string) *scf.Client {
	address, hc := "http://scftest.invalid", &http.Client{Transport: direct{s}}
	if s.ln != nil {
		address, hc = s.URL(), &http.Client{Transport: s.Transport()}
	}
	c, err := scf.New(common.NewCredential(s.cfg.secretID, s.cfg.secretKey), region, scf.WithEndpoint(address), scf.WithHTTPClient(hc), scf.WithNow(s.Now))
	if err != nil {
		panic("scftest: " + err.Error())
	}
	return c
}

// direct answers requests without a connection, for a server that has no listener of its own.
type direct struct{ s *Server }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	in := r.Clone(r.Context())
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := &answer{header: http.Header{}, status: http.StatusOK}
	defer func() {
		if p := recover(); p != nil { // how a handler says that the connection broke
			if p != http.ErrAbortHandler {
				panic(p)
			}
			resp, err = nil, io.ErrUnexpectedEOF
		}
	}()
	d.s.ServeHTTP(w, in)
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// answer is a response in memory.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }
