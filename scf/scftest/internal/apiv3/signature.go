package apiv3

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const maxSkew = 5 * time.Minute

// Keys are the key pairs that may sign. Its methods are safe for concurrent use.
type Keys struct {
	mu   sync.RWMutex
	keys map[string]Key
}

// Key is the secret half of a key pair.
type Key struct {
	Secret  string
	Token   string    // of a temporary pair: calls must carry it
	Expires time.Time // zero means never
	Owner   string    // whom a temporary pair was given to
}

// Add accepts calls signed with a key.
func (k *Keys) Add(id string, key Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = map[string]Key{}
	}
	k.keys[id] = key
}

// Get returns the key of that id.
func (k *Keys) Get(id string) (Key, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	key, ok := k.keys[id]
	return key, ok
}

// Clock tells the time. Translate maps an instant of real time, by which clients sign, to it.
type Clock interface {
	Now() time.Time
	Translate(real time.Time) time.Time
}

// Verify checks the signature of a call to a service ("scf"), its age and its token.
func (k *Keys) Verify(r *http.Request, q *Request, service string, c Clock) error {
	if q.form != nil {
		return k.verifyV1(r, q, c)
	}
	return k.verifyTC3(r, q, service, c)
}

var errSignature = Errorf("AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct.")

// usable returns the key of id if a call of that time and token may use it.
func (k *Keys) usable(id, token string, timestamp int64, c Clock) (Key, error) {
	if id == "" {
		return Key{}, Errorf("AuthFailure.InvalidSecretId", "The SecretId is not found, please ensure that your SecretId is correct.")
	}
	p, ok := k.Get(id)
	if !ok {
		return p, Errorf("AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that your SecretId is correct.")
	}
	now := c.Now()
	at := time.Unix(timestamp, 0)
	// The timestamp has no fractions: the clock may have been moved since that second began.
	if !within(now, at) && !within(now, c.Translate(at)) && !within(now, c.Translate(at.Add(time.Second))) {
		return p, Errorf("AuthFailure.SignatureExpire", "Signature expired. The timestamp differs from the server time by more than five minutes.")
	}
	if p.Token != token || (!p.Expires.IsZero() && !now.Before(p.Expires)) {
		return p, Errorf("AuthFailure.TokenFailure", "The token is invalid or has expired.")
	}
	return p, nil
}

func within(a, b time.Time) bool { return a.Sub(b).Abs() <= maxSkew }

// tc3Header is a parsed Authorization header.
type tc3Header struct {
	id, date, service string
	signed            []string
	signature         string
}

func parseTC3(h string) (tc3Header, error) {
	bad := Errorf("AuthFailure.InvalidAuthorization", "The Authorization header is not of the TC3-HMAC-SHA256 form.")
	var out tc3Header
	rest, ok := strings.CutPrefix(h, "TC3-HMAC-SHA256 ")
	if !ok {
		return out, bad
	}
	for _, part := range strings.Split(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return out, bad
		}
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) != 4 || scope[3] != "tc3_request" {
				return out, bad
			}
			out.id, out.date, out.service = scope[0], scope[1], scope[2]
		case "SignedHeaders":
			out.signed = strings.Split(value, ";")
		case "Signature":
			out.signature = value
		}
	}
	if out.id == "" || out.signature == "" || !slices.Contains(out.signed, "host") || !slices.Contains(out.signed, "content-type") {
		return out, bad
	}
	return out, nil
}

func (k *Keys) verifyTC3(r *http.Request, req *Request, service string, c Clock) error {
	h, err := parseTC3(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	p, err := k.usable(h.id, req.token, req.timestamp, c)
	if err != nil {
		return err
	}
	if h.date != time.Unix(req.timestamp, 0).UTC().Format(time.DateOnly) {
		return Errorf("AuthFailure.SignatureFailure", "The date of the credential scope is not the UTC date of X-TC-Timestamp.")
	}
	// Some SDKs take the service's name from the host they call: "127" of 127.0.0.1:9000.
	if label, _, _ := strings.Cut(r.Host, "."); h.service != service && (h.service != label || strings.HasSuffix(r.Host, ".tencentcloudapi.com")) {
		return Errorf("AuthFailure.SignatureFailure", "The service of the credential scope does not match the service of the call.")
	}
	payload := sha256.Sum256(req.body)
	if v := r.Header.Get("X-TC-Content-SHA256"); v == "UNSIGNED-PAYLOAD" {
		payload = sha256.Sum256([]byte(v))
	}
	secret := sum(sha256.New, sum(sha256.New, sum(sha256.New, []byte("TC3"+p.Secret), h.date), h.service), "tc3_request")
	queries := []string{canonicalQuery(r.URL.RawQuery)}
	if r.URL.RawQuery != queries[0] {
		queries = append(queries, r.URL.RawQuery) // encoded otherwise by a client, as a blank by %20
	}
	hosts := []string{r.Host}
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		hosts = append(hosts, name) // the SDK for Node.js leaves the port out
	}
	// The documents lower-case header values, the SDKs sign them as sent: both are good.
	for _, lower := range []bool{false, true} {
		for _, query := range queries {
			for _, host := range hosts {
				canonical := sha256.Sum256([]byte(canonicalTC3(r, host, query, h.signed, hex.EncodeToString(payload[:]), lower)))
				toSign := "TC3-HMAC-SHA256\n" + strconv.FormatInt(req.timestamp, 10) + "\n" + h.date + "/" + h.service +
					"/tc3_request\n" + hex.EncodeToString(canonical[:])
				if hmac.Equal([]byte(hex.EncodeToString(sum(sha256.New, secret, toSign))), []byte(h.signature)) {
					return nil
				}
			}
		}
	}
	return errSignature
}

func canonicalTC3(r *http.Request, host, query string, signed []string, payload string, lower bool) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n/\n" + query + "\n")
	for _, name := range signed {
		value := host
		if name != "host" {
			value = strings.Join(r.Header[textproto.CanonicalMIMEHeaderKey(name)], ",")
		}
		value = strings.TrimSpace(value)
		if lower {
			value = strings.ToLower(value)
		}
		b.WriteString(strings.ToLower(name) + ":" + value + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payload)
	return b.String()
}

func canonicalQuery(raw string) string {
	v, err := url.ParseQuery(raw)
	if err != nil {
		return raw
	}
	return v.Encode()
}

func (k *Keys) verifyV1(r *http.Request, req *Request, c Clock) error {
	f := req.form
	if f.Get("Signature") == "" {
		return Errorf("AuthFailure.InvalidAuthorization", "The request carries neither an Authorization header nor signed parameters.")
	}
	p, err := k.usable(f.Get("SecretId"), req.token, req.timestamp, c)
	if err != nil {
		return err
	}
	alg := sha1.New
	switch f.Get("SignatureMethod") {
	case "", "HmacSHA1":
	case "HmacSHA256":
		alg = sha256.New
	default:
		return errSignature
	}
	keys := make([]string, 0, len(f))
	for k := range f {
		if k != "Signature" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var b strings.Builder
	b.WriteString(r.Method + r.Host + "/?")
	for i, k := range keys {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(k + "=" + f.Get(k))
	}
	want := base64.StdEncoding.EncodeToString(sum(alg, []byte(p.Secret), b.String()))
	if !hmac.Equal([]byte(want), []byte(f.Get("Signature"))) {
		return errSignature
	}
	return nil
}

func sum(alg func() hash.Hash, key []byte, text string) []byte {
	m := hmac.New(alg, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
