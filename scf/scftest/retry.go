package scftest

import (
	"encoding/json"
	"fmt"
	"time"
)

const retryInterval = time.Minute

// attempt executes an event once and says what became of it, or nil if it goes on.
func (s *Server) attempt(e *asyncEvent) *Outcome {
	a := Attempt{Start: s.clock.Now(), RetryNum: len(e.attempts), Duplicate: e.repeat}
	inv := &invocation{
		region: e.Region, namespace: e.Namespace, function: e.Function, qualifier: e.Qualifier,
		payload: e.Payload, id: e.id, retry: a.RetryNum, async: true, source: e.Source,
	}
	res := s.execute(s.ctx, inv)
	a.End, a.StatusCode, a.Result, a.Error = s.clock.Now(), res.status, res.ret, res.errText

	s.mu.Lock()
	defer s.mu.Unlock()
	f := inv.fn
	out := &Outcome{RequestID: e.id, State: Delivered}
	switch {
	case s.closed:
		out.State, out.Reason = Dropped, "the server closed"
	case e.repeat: // what a duplicate does changes nothing: the event was delivered
	case res.status == statusOK:
		if d := s.queue.duplicate; d != nil && d.Float64() < s.queue.rate {
			e.tried(a)
			e.repeat = true
			s.push(e)
			return nil
		}
	default:
		again, why := s.again(f, e, res, a.End)
		if again {
			a.NextRetry = a.End.Add(retryInterval)
			e.tried(a)
			s.retryAt(e, a.NextRetry)
			return nil
		}
		out.State, out.Reason = Dropped, why
		if s.bury(f, inv, e, res) {
			out.State = Dead
		} else {
			out.Reason += "; no dead-letter queue"
		}
	}
	e.tried(a)
	out.Attempts = e.attempts
	s.requests.finish(e.id, res, a.End)
	return out
}

// again decides whether a failed event is tried once more, or why not. The lock is held.
func (s *Server) again(f *fn, e *asyncEvent, res result, now time.Time) (bool, string) {
	if f == nil || f.deleted {
		return false, "the function does not exist"
	}
	if f.latest.cfg.asyncRun == "TRUE" {
		return false, "asynchronously executed functions are not retried"
	}
	if res.aborted {
		return false, "the event was terminated"
	}
	if age := now.Add(retryInterval).Sub(e.first); age > time.Duration(f.msgTTL)*time.Second {
		return false, fmt.Sprintf("its age would pass %d s at the next retry", f.msgTTL)
	}
	if res.status == status500 || res.status == statusLimit {
		return true, ""
	}
	if e.retries >= f.retries {
		return false, fmt.Sprintf("status %d after %d retries", res.status, e.retries)
	}
	e.retries++
	return true, ""
}

// retryAt makes the event ready again at an instant of the clock. The lock is held.
func (s *Server) retryAt(e *asyncEvent, at time.Time) {
	s.queue.later++
	s.clock.AfterFunc(at.Sub(s.clock.Now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.queue.later--
		if !s.closed {
			s.push(e)
		}
	})
}

// DeadLetter is a message in a function's dead-letter queue.
type DeadLetter struct {
	Region, Namespace, Function string
	Type, Queue                 string // "CMQ-QUEUE" or "CMQ-TOPIC", and its name
	RequestID                   string
	Time                        time.Time
	Message                     []byte // JSON, as a consumer of the queue gets it
}

// DeadLetters returns the messages in all dead-letter queues, oldest first.
func (s *Server) DeadLetters() []DeadLetter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]DeadLetter(nil), s.queue.dead...)
}

// bury puts an event into the function's dead-letter queue, if it has one. The lock is held.
func (s *Server) bury(f *fn, inv *invocation, e *asyncEvent, res result) bool {
	if f == nil || f.deleted || f.latest.cfg.asyncRun == "TRUE" {
		return false
	}
	d := f.latest.cfg.deadLetter
	if inv.version != nil {
		d = inv.version.cfg.deadLetter
	}
	if str(d.Name) == "" {
		return false
	}
	now := s.clock.Now()
	s.queue.dead = append(s.queue.dead, DeadLetter{
		Region: f.region, Namespace: f.namespace, Function: f.name, Type: str(d.Type), Queue: str(d.Name), RequestID: e.id, Time: now,
		Message: s.deadMessage(f, e, res, now),
	})
	return true
}

// deadMessage is the documented message of a dead-letter queue.
func (s *Server) deadMessage(f *fn, e *asyncEvent, res result, now time.Time) []byte {
	type body struct {
		AppID               string `json:"AppId"`
		Uin                 string
		SubAccountUin       string
		RequestSource       string
		FunctionName        string
		Namespace           string
		Qualifier           string
		InvocationType      string
		ClientContext       string
		LogType             string
		TimeStampForInvoker int64
		RequestID           string `json:"RequestId"`
		PushTime            int64
		RetryNum            int
		TTL                 int64 `json:"Ttl"`
	}
	b, _ := json.Marshal(struct {
		RequestID    string `json:"RequestId"`
		ErrorCode    int
		ErrorMessage string
		Body         body
	}{e.id, -1, res.message, body{
		AppID: s.cfg.appID, Uin: s.cfg.uin, SubAccountUin: s.cfg.uin, RequestSource: e.Source, FunctionName: f.name, Namespace: f.namespace,
		Qualifier: e.Qualifier, InvocationType: "Event", ClientContext: string(e.Payload), LogType: "None",
		TimeStampForInvoker: e.first.UnixMilli(), RequestID: e.id, PushTime: now.UnixMilli(), RetryNum: len(e.attempts), TTL: f.msgTTL,
	}})
	return b
}
