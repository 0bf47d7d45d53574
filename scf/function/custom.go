package function

import (
	"errors"
	"net"
	"os"
	"strconv"
)

// serveCustom is the Custom Runtime's loop: it asks the platform for an event, handles it and reports the result, until the
// process is to end.
func serveCustom(e *engine) error {
	addr, err := runtimeAPIAddr(os.Getenv)
	if err != nil {
		return err
	}
	api := newAPIClient(e, addr)
	defer api.close()
	if err := api.ready(); err != nil {
		return e.unlessEnding(err)
	}
	e.opt.ready()
	fromEnv := contextFromEnv()
	var last result
	for e.ending.Err() == nil {
		ev, err := api.next(fromEnv)
		if err != nil {
			return e.unlessEnding(err)
		}
		if last.answers(ev) {
			_ = last.send(e, api)
			continue
		}
		out, fail := e.invoke(&ev.meta, ev.payload, ev.deadline)
		last = result{requestID: ev.meta.RequestID, path: pathResponse, body: out}
		if fail != nil {
			last.path, last.body = pathError, fail.json(ev.meta.RequestID)
		}
		if err := last.send(e, api); fail == nil && rejected(err) {
			// Too large, perhaps. Without any result the platform would wait until the time is up.
			instead := &reply{message: "the platform rejected the answer: " + err.Error(), typ: "AnswerRefused", code: 1}
			last.path, last.body = pathError, instead.json(ev.meta.RequestID)
			_ = last.send(e, api)
		}
		e.finish(&ev.meta, fail)
	}
	return nil
}

// A result is what became of an event, kept until the next one comes: if the platform sends the same event again because it
// never got the result, the result is repeated and not the work.
type result struct {
	requestID, path string
	body            []byte
	unconfirmed     bool // the platform may not have it
}

// answers reports whether r is the missing result of ev.
func (r *result) answers(ev *customEvent) bool {
	return r.unconfirmed && r.requestID != "" && r.requestID == ev.meta.RequestID
}

// send reports r to the platform. A failure is logged.
func (r *result) send(e *engine, api *apiClient) error {
	err := api.report(r.path, r.body)
	r.unconfirmed = err != nil && !rejected(err)
	if err != nil {
		e.log("the answer to request " + r.requestID + " was not delivered: " + withoutPrefix(err))
	}
	return err
}

// unlessEnding returns err, or nil if the process is to end: what fails then was interrupted.
func (e *engine) unlessEnding(err error) error {
	if e.ending.Err() != nil {
		return nil
	}
	return err
}

// runtimeAPIAddr returns the address of the API that the platform put in the environment.
func runtimeAPIAddr(getenv func(string) string) (string, error) {
	host, port := getenv(envCustomHost), getenv(envCustomPort)
	if host == "" {
		return "", errors.New("function: " + envCustomHost + " is not set")
	}
	if port == "" {
		if _, _, err := net.SplitHostPort(host); err != nil {
			return "", errors.New("function: " + envCustomPort + " is not set")
		}
		return host, nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", errors.New("function: " + envCustomPort + " is " + strconv.Quote(port) + ", not a valid port (1 to 65535)")
	}
	return net.JoinHostPort(host, port), nil
}
