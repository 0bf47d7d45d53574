package costest

import (
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

const (
	// startTolerance is how far ahead of this clock a signature's start may lie: 15 minutes (COS document "Error Codes",
	// RequestTimeTooSkewed).
	startTolerance = 15 * time.Minute
	// earlyStart is how much earlier than now clients let a signature begin.
	earlyStart = time.Minute
)

// checkSpan judges a signature's validity by the server's clock. Clients sign with their own, real, clock: a span is in force
// if it is as it stands or moved to where this clock was when the span began. Only the start is translated, so that Advance
// makes signatures grow old. When exactly a signature was made is not known: a start is a whole second, and some clients let it
// begin up to a minute early, for hosts whose clock runs ahead. If the clock was moved meanwhile, a fresh signature (one sent as a
// header, made for this request) counts as made after the move, a stored one (a url or a form) as made before.
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
		if at = start.Add(earlyStart + time.Second); at.After(time.Now()) {
			at = time.Now()
		}
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
	m  map[spanKey]string
}

type spanKey struct{ id, secret, span string }

func (k *signKeys) get(id, secret, span string) string {
	name := spanKey{id, secret, span}
	k.mu.Lock()
	key, ok := k.m[name]
	k.mu.Unlock()
	if ok {
		return key
	}
	key = hexMAC(secret, span)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= 256 {
		k.m = map[spanKey]string{}
	}
	k.m[name] = key
	return key
}

// hexMAC is HMAC-SHA1 in hexadecimal. It is written out because the texts are short: crypto/hmac's setting up costs more than
// the digests.
func hexMAC(key, text string) string {
	var pad [sha1.BlockSize]byte
	if len(key) > len(pad) {
		sum := sha1.Sum([]byte(key))
		copy(pad[:], sum[:])
	} else {
		copy(pad[:], key)
	}
	for i := range pad {
		pad[i] ^= 0x36
	}
	var room [sha1.BlockSize + 192]byte
	inner := sha1.Sum(append(append(room[:0], pad[:]...), text...))
	for i := range pad {
		pad[i] ^= 0x36 ^ 0x5c
	}
	outer := sha1.Sum(append(append(room[:0], pad[:]...), inner[:]...))
	return hex.EncodeToString(outer[:])
}

// verify checks a's signature over the request; if it does not match, the error tells what was signed.
func (a *authorization) verify(signKey string, r *http.Request, q query) error {
	var room [512]byte
	format := appendFormat(room[:0], a, r, q)
	sum := sha1.Sum(format)
	text := "sha1\n" + a.keyTime + "\n" + hex.EncodeToString(sum[:]) + "\n"
	if same(hexMAC(signKey, text), a.signature) {
		return nil
	}
	e := *errSignature
	e.stringToSign, e.formatString = text, string(format)
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
	dst = appendHeaders(dst, a.headers, r)
	return append(dst, '\n')
}

// appendHeaders appends the listed headers. Lists are sorted already, and headers have one value, with every client that is
// known; for what is not so there is the longer way.
func appendHeaders(dst []byte, list string, r *http.Request) []byte {
	from := len(dst)
	last, rest := "", list
	for rest != "" {
		var name string
		name, rest, _ = strings.Cut(rest, ";")
		values := headerValues(name, r)
		if len(values) > 1 || name <= last || lower(name) != name {
			return appendPairs(dst[:from], list, func(name string, add func(string)) {
				for _, v := range headerValues(name, r) {
					add(v)
				}
			})
		}
		last = name
		if len(values) == 0 {
			continue
		}
		if len(dst) > from {
			dst = append(dst, '&')
		}
		dst = append(dst, name...)
		dst = append(dst, '=')
		dst = appendEscaped(dst, values[0], "")
	}
	return dst
}

// headerValues returns the values of the header that a list names in lower case.
func headerValues(name string, r *http.Request) []string {
	switch name {
	case "host":
		return []string{r.Host}
	case "transfer-encoding":
		return []string{strings.Join(r.TransferEncoding, ",")}
	case "content-length":
		return r.Header["Content-Length"]
	case "content-type":
		return r.Header["Content-Type"]
	case "content-md5":
		return r.Header["Content-Md5"]
	case "range":
		return r.Header["Range"]
	}
	if strings.IndexByte(name, '%') >= 0 {
		name, _ = unescape(name, false)
	}
	return r.Header[http.CanonicalHeaderKey(name)]
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
