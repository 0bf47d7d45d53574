package scftest

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/requestid"
	"github.com/cosevent/cosevent-go/scf/scftest/internal/apiv3"
)

var regionForm = regexp.MustCompile(`^[a-z]{2}-[a-z]+(-[a-z0-9]+){0,2}$`)

// ServeHTTP answers one API call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestid.New()
	if sum, ok := strings.CutPrefix(r.URL.Path, codePath); ok && r.Method == http.MethodGet {
		if zip := s.codeBySum(sum); zip != nil {
			w.Header().Set("Content-Type", "application/zip")
			_, _ = w.Write(zip)
			return
		}
	}
	if r.URL.Path != "/" && r.URL.Path != "" {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, apiv3.MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			err := apiv3.Errorf("RequestSizeLimitExceeded", "The request size exceeds the limit of 10 MB.")
			reply(w, apiv3.ErrorResponse(id, err, apiv3.Chinese), 0)
		}
		return
	}
	req, err := apiv3.ReadRequest(r, body)
	if err != nil {
		reply(w, apiv3.ErrorResponse(id, err, apiv3.Chinese), 0)
		return
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		panic(http.ErrAbortHandler) // the connection breaks, as that of a server that is gone
	}
	s.wg.Add(1)
	s.mu.Unlock()
	defer s.wg.Done()
	fault, planned := s.faults.Take(req.Action)
	if planned && !s.before(w, r, id, req.Language, fault) {
		return
	}
	resp, err := s.serve(r, req, id)
	if fault.Drop == faults.After {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		reply(w, apiv3.ErrorResponse(id, err, req.Language), fault.CutAfter)
		return
	}
	reply(w, apiv3.Response(id, resp), fault.CutAfter)
}

// before does what a fault does ahead of the operation; it reports whether the operation still goes on.
func (s *Server) before(w http.ResponseWriter, r *http.Request, id string, language apiv3.Language, fault faults.Fault) bool {
	if fault.Latency > 0 {
		t := time.NewTimer(fault.Latency)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return false
		case <-s.ctx.Done():
			return false
		}
	}
	switch {
	case fault.Drop == faults.Before:
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	case fault.Drop == faults.After:
		return true
	case fault.Status != 0:
		http.Error(w, fault.Message, fault.Status)
		return false
	case fault.Code != "":
		reply(w, apiv3.ErrorResponse(id, apiv3.Errorf(fault.Code, "%s", fault.Message), language), 0)
		return false
	}
	return true
}

// serve runs one call up to its response.
func (s *Server) serve(r *http.Request, req *apiv3.Request, id string) (any, error) {
	if !s.cfg.noSignatures {
		service := "scf"
		if req.Version == versionCLS {
			service = "cls"
		}
		if err := s.keys.Verify(r, req, service, s.clock); err != nil {
			return nil, err
		}
	}
	if req.Action == "" {
		return nil, apiv3.Missing("Action")
	}
	table, ok := actions[req.Version]
	if !ok {
		return nil, apiv3.Errorf("NoSuchVersion", "The requested API version `%s` does not exist.", req.Version)
	}
	act, ok := table[req.Action]
	if !ok && (req.Version == versionCLS || slices.Contains(unsupportedActions, req.Action)) {
		return nil, fail("UnsupportedOperation", "此模拟服务不支持接口%s", "This fake does not have the action %s", req.Action)
	}
	if !ok {
		return nil, apiv3.Errorf("InvalidAction", "The request action `%s` is invalid or not found.", req.Action)
	}
	if req.Region == "" {
		return nil, apiv3.Missing("Region")
	}
	if !regionForm.MatchString(req.Region) {
		return nil, apiv3.Errorf("UnsupportedRegion", "The region `%s` is not supported.", req.Region)
	}
	if s.cfg.rateLimits {
		if err := s.limits.Take(s.clock.Now(), req.Action, act.rate); err != nil {
			return nil, err
		}
	}
	return act.do(&call{Server: s, http: r, region: req.Region, language: req.Language}, req)
}

// reply writes an envelope, always with status 200. A connection that is to be cut breaks after that many bytes.
func reply(w http.ResponseWriter, envelope []byte, cutAfter int64) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(envelope)))
	if cutAfter > 0 && cutAfter < int64(len(envelope)) {
		_, _ = w.Write(envelope[:cutAfter])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(envelope)
}
