package scftest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/requestid"
)

const maxBody = 10 << 20 // of a call signed with TC3

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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			s.reply(w, r, id, nil, fail("RequestSizeLimitExceeded", "The request size exceeds the limit of 10 MB."), faults.Fault{})
		}
		return
	}
	req, err := readRequest(r, body)
	if err != nil {
		s.reply(w, r, id, nil, err, faults.Fault{})
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
	fault, planned := s.faults.Take(req.action)
	if planned && !s.before(w, r, id, fault) {
		return
	}
	resp, err := s.serve(r, req, id)
	if fault.Drop == faults.After {
		panic(http.ErrAbortHandler)
	}
	s.reply(w, r, id, resp, err, fault)
}

// before does what a fault does ahead of the operation; it reports whether the operation still goes on.
func (s *Server) before(w http.ResponseWriter, r *http.Request, id string, fault faults.Fault) bool {
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
		s.reply(w, r, id, nil, &apiError{fault.Code, fault.Message}, faults.Fault{})
		return false
	}
	return true
}

// serve runs one call up to its response.
func (s *Server) serve(r *http.Request, req *request, id string) (any, error) {
	if err := s.authenticate(r, req); err != nil {
		return nil, err
	}
	if req.action == "" {
		return nil, missing("Action")
	}
	table, ok := actions[req.version]
	if !ok {
		return nil, fail("NoSuchVersion", "The requested API version `%s` does not exist.", req.version)
	}
	act, ok := table[req.action]
	if !ok {
		return nil, fail("InvalidAction", "The request action `%s` is invalid or not found.", req.action)
	}
	if req.region == "" {
		return nil, missing("Region")
	}
	if !regionForm.MatchString(req.region) {
		return nil, fail("UnsupportedRegion", "The region `%s` is not supported.", req.region)
	}
	if s.cfg.rateLimits {
		if err := s.limits.take(s.clock.Now(), req.action, act.rate); err != nil {
			return nil, err
		}
	}
	req.params.strict = s.cfg.strictParams
	in, err := act.decode(req.params)
	if err != nil {
		return nil, err
	}
	return act.do(&call{Server: s, http: r, requestID: id, region: req.region}, in)
}

// reply writes the envelope: always HTTP 200.
func (s *Server) reply(w http.ResponseWriter, _ *http.Request, id string, resp any, err error, fault faults.Fault) {
	var b bytes.Buffer
	b.WriteString(`{"Response":`)
	if err != nil {
		e := asAPIError(err)
		_ = json.NewEncoder(&b).Encode(map[string]any{
			"Error":     map[string]string{"Code": e.code, "Message": e.message},
			"RequestId": id,
		})
		b.Truncate(b.Len() - 1)
	} else {
		setRequestID(resp, id)
		encode(&b, reflect.ValueOf(resp))
	}
	b.WriteByte('}')
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	if fault.CutAfter > 0 && fault.CutAfter < int64(b.Len()) {
		_, _ = w.Write(b.Bytes()[:fault.CutAfter])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(b.Bytes())
}

func setRequestID(resp any, id string) {
	f := reflect.ValueOf(resp).Elem().FieldByName("RequestId")
	if f.IsValid() {
		f.Set(reflect.ValueOf(&id))
	}
}

// encode writes v as JSON with every member present, as the service does: an empty list is [], not left out. The SDK's own
// tags would leave it out.
func encode(b *bytes.Buffer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("null")
			return
		}
		encode(b, v.Elem())
	case reflect.Struct:
		b.WriteByte('{')
		t := v.Type()
		first := true
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			fmt.Fprintf(b, "%q:", name)
			encode(b, v.Field(i))
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			encode(b, v.Index(i))
		}
		b.WriteByte(']')
	default:
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(v.Interface())
		b.Truncate(b.Len() - 1)
	}
}
