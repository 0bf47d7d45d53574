package costest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cosevent/cosevent-go/internal/clock"
)

// authorization is a q-sign signature taken apart (COS document "Request Signature").
type authorization struct {
	algorithm, id, signTime, keyTime, headers, params, signature string
}

// parseAuthorization reads "q-sign-algorithm=sha1&q-ak=…&…".
func parseAuthorization(s string) (authorization, error) {
	var a authorization
	for s = strings.TrimSpace(s); s != ""; {
		var part string
		part, s, _ = strings.Cut(s, "&")
		k, v, _ := strings.Cut(part, "=")
		if strings.IndexByte(v, '%') >= 0 && k != "q-header-list" && k != "q-url-param-list" {
			v, _ = unescape(v, false)
		}
		a.set(k, v)
	}
	return a, a.check()
}

func (a *authorization) set(k, v string) {
	switch k {
	case "q-sign-algorithm":
		a.algorithm = v
	case "q-ak":
		a.id = v
	case "q-sign-time":
		a.signTime = v
	case "q-key-time":
		a.keyTime = v
	case "q-header-list":
		a.headers = v
	case "q-url-param-list":
		a.params = v
	case "q-signature":
		a.signature = v
	}
}

func (a *authorization) check() error {
	switch {
	case a.algorithm != "sha1":
		return errAccessDenied.with("q-sign-algorithm must be sha1.")
	case a.id == "" || a.keyTime == "" || a.signTime == "" || a.signature == "":
		return errAccessDenied.with("The authorization is not complete.")
	}
	return nil
}

// parseSpan reads "1557989151;1557996351".
func parseSpan(s string) (start, end time.Time, err error) {
	a, b, ok := strings.Cut(s, ";")
	from, err1 := strconv.ParseInt(a, 10, 64)
	to, err2 := strconv.ParseInt(b, 10, 64)
	if !ok || err1 != nil || err2 != nil || from < 0 || to < from || to > 1<<40 {
		return time.Time{}, time.Time{}, errAccessDenied.with("The time of the signature is not valid.")
	}
	return time.Unix(from, 0), time.Unix(to, 0), nil
}

// startTolerance is how far ahead of this clock a signature's start may lie.
const startTolerance = time.Minute

// checkSpan judges a signature's validity by the server's clock. Clients sign with their own, real, clock: a span is in force
// if it is as it stands or moved to where this clock was when the span began. Only the start is translated, so that Advance
// makes signatures grow old. A start is a whole second: if the clock was moved within that very second, a fresh signature (one
// sent as a header, made for this request) counts as made after the move, a stored one (a url or a form) as made before.
func checkSpan(c *clock.Clock, span string, fresh bool) error {
	start, end, err := parseSpan(span)
	if err != nil {
		return err
	}
	now := c.Now()
	err = within(now, start, end)
	if err == nil {
		return nil
	}
	at := start
	if fresh {
		at = start.Add(time.Second - 1)
	}
	shift := c.Translate(at).Sub(at)
	if within(now, start.Add(shift), end.Add(shift)) == nil {
		return nil
	}
	return err
}

func within(now, start, end time.Time) error {
	switch {
	case now.After(end):
		return errExpired
	case start.After(now.Add(startTolerance)):
		return errSkewed
	}
	return nil
}

// signKeys remembers the keys derived for the last spans: deriving one costs as much as a signature.
type signKeys struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (k *signKeys) get(id, secret, span string) []byte {
	name := id + "\n" + span + "\n" + secret
	k.mu.Lock()
	key, ok := k.m[name]
	k.mu.Unlock()
	if ok {
		return key
	}
	key = []byte(hexMAC([]byte(secret), span))
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= 256 {
		k.m = map[string][]byte{}
	}
	k.m[name] = key
	return key
}

func hexMAC(key []byte, text string) string {
	m := hmac.New(sha1.New, key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// verify checks a's signature over the request and returns what was signed if it does not match.
func (a *authorization) verify(signKey []byte, r *http.Request, q query) error {
	format := appendFormat(make([]byte, 0, 512), a, r, q)
	sum := sha1.Sum(format)
	text := make([]byte, 0, 96)
	text = append(text, "sha1\n"...)
	text = append(text, a.keyTime...)
	text = append(text, '\n')
	text = hex.AppendEncode(text, sum[:])
	text = append(text, '\n')
	if same(hexMAC(signKey, string(text)), a.signature) {
		return nil
	}
	e := *errSignature
	e.stringToSign, e.formatString = string(text), string(format)
	return &e
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// appendFormat appends the FormatString: method, path, and the listed parameters and headers.
func appendFormat(dst []byte, a *authorization, r *http.Request, q query) []byte {
	dst = append(dst, lower(r.Method)...)
	dst = append(dst, '\n')
	dst = append(dst, r.URL.Path...)
	dst = append(dst, '\n')
	dst = appendPairs(dst, a.params, func(name string, add func(string)) {
		for i := range q {
			if string(appendLowerEscaped(nil, q[i].key)) == name {
				add(q[i].value)
			}
		}
	})
	dst = append(dst, '\n')
	dst = appendPairs(dst, a.headers, func(name string, add func(string)) {
		switch name {
		case "host":
			add(r.Host)
			return
		case "transfer-encoding":
			add(strings.Join(r.TransferEncoding, ","))
			return
		}
		if strings.IndexByte(name, '%') >= 0 {
			name, _ = unescape(name, false)
		}
		values := r.Header[http.CanonicalHeaderKey(name)]
		for _, v := range values {
			add(v)
		}
	})
	return append(dst, '\n')
}

// appendPairs appends name=value&… for every name of the list "a;b;c", in order of names and values.
func appendPairs(dst []byte, list string, values func(name string, add func(string))) []byte {
	if list == "" {
		return dst
	}
	names := strings.Split(lower(list), ";")
	if !sort.StringsAreSorted(names) {
		sort.Strings(names)
	}
	names = slices.Compact(names)
	var found []string
	add := func(v string) { found = append(found, v) }
	first := true
	for _, name := range names {
		found = found[:0]
		values(name, add)
		sort.Strings(found)
		for _, v := range found {
			if !first {
				dst = append(dst, '&')
			}
			first = false
			dst = append(dst, name...)
			dst = append(dst, '=')
			dst = appendEscaped(dst, v, "")
		}
	}
	return dst
}
