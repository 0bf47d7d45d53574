package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
)

// api is a dialect of asking for events over HTTP.
type api int

const (
	noAPI api = iota
	scfAPI
	awsAPI
)

// platform gives out events over HTTP, for both dialects.
type platform struct {
	api      api
	listener net.Listener
	server   *http.Server
	ready    chan struct{}
	events   chan []byte
	answers  chan error
}

func newPlatform(a api) (*platform, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &platform{api: a, listener: l, ready: make(chan struct{}, 1), events: make(chan []byte), answers: make(chan error, 1)}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(l) }()
	return p, nil
}

func (p *platform) close() { _ = p.server.Close() }

func (p *platform) env() []string {
	addr := p.listener.Addr().String()
	if p.api == awsAPI {
		return []string{"AWS_LAMBDA_RUNTIME_API=" + addr}
	}
	host, port, _ := net.SplitHostPort(addr)
	return []string{"SCF_RUNTIME_API=" + host, "SCF_RUNTIME_API_PORT=" + port}
}

// wait returns when the program says that it can take events: with a call of its own, or by asking for the first.
func (p *platform) wait() error {
	select {
	case <-p.ready:
		return nil
	case <-time.After(10 * time.Second):
		return errors.New("it does not call")
	}
}

func (p *platform) isReady() {
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/ready"):
		p.isReady()
	case strings.HasSuffix(path, "/next"):
		p.isReady()
		select {
		case body := <-p.events:
			p.head(w.Header())
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		case <-r.Context().Done():
		}
	case strings.HasSuffix(path, "/response"):
		_, err := io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
		p.answers <- err
	default:
		b, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		p.answers <- errors.New("the program answered: " + string(b))
	}
}

func (p *platform) head(h http.Header) {
	h.Set("Content-Type", "application/json")
	if p.api == awsAPI {
		h.Set("Lambda-Runtime-Aws-Request-Id", "2c5a1a6e-0000-4000-8000-000000000001")
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(deadline.Seconds*1000, 10))
		return
	}
	h.Set("Request_id", "2c5a1a6e-0000-4000-8000-000000000001")
	h.Set("Memory_limit_in_mb", "128")
	h.Set("Time_limit_in_ms", "3000")
}

// call is a whole turn: the program asks, gets the event, and answers.
func (p *platform) call(body []byte) error {
	select {
	case p.events <- body:
	case <-time.After(10 * time.Second):
		return errors.New("it does not ask for an event")
	}
	select {
	case err := <-p.answers:
		return err
	case <-time.After(10 * time.Second):
		return errors.New("it does not answer")
	}
}

// payload is a notification of n new objects, whose keys end in what is given.
func payload(n int, end ...string) []byte {
	events := make([]event.Event, n)
	for i := range events {
		events[i] = eventtest.Put(eventtest.Key("photos/2026/" + strconv.Itoa(i) + strings.Join(end, "")))
	}
	return eventtest.Payload(events...)
}
