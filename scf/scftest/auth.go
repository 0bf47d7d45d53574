package scftest

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

// keyring holds the key pairs that may sign.
type keyring struct {
	mu   sync.RWMutex
	keys map[string]keyPair
}

type keyPair struct {
	key, token string
	expires    time.Time // zero: never
	function   string    // whose instances it was given to
}

func newKeyring(id, key string) *keyring {
	return &keyring{keys: map[string]keyPair{id: {key: key}}}
}

func (k *keyring) get(id string) (keyPair, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	p, ok := k.keys[id]
	return p, ok
}

func (k *keyring) add(id string, p keyPair) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[id] = p
}

// AddCredentials accepts a further key pair. A token makes it a temporary one: calls must carry the token, and the pair ends at
// expires; a zero expires means never.
func (s *Server) AddCredentials(id, key, token string, expires time.Time) {
	s.keys.add(id, keyPair{key: key, token: token, expires: expires})
}

// CredentialOwner tells which function's instances a temporary secret id was given to, as "region/namespace/name".
func (s *Server) CredentialOwner(id string) (function string, ok bool) {
	p, ok := s.keys.get(id)
	return p.function, ok && p.function != ""
}

// authenticate checks a call's signature, its age and its token.
func (s *Server) authenticate(r *http.Request, req *request) error {
	if s.cfg.noSignatures {
		return nil
	}
	if req.v1 {
		return s.checkV1(r, req)
	}
	return s.checkTC3(r, req)
}

var errSignature = fail("AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct.")

// pair returns the key pair of id, fit for a call of that time and token.
func (s *Server) pair(id, token string, timestamp int64) (keyPair, error) {
	if id == "" {
		return keyPair{}, fail("AuthFailure.InvalidSecretId", "The SecretId is not found, please ensure that your SecretId is correct.")
	}
	p, ok := s.keys.get(id)
	if !ok {
		return p, fail("AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that your SecretId is correct.")
	}
	now := s.clock.Now()
	at := time.Unix(timestamp, 0)
	// The timestamp has no fractions: the clock may have been moved since that second began.
	if !within(now, at) && !within(now, s.clock.Translate(at)) && !within(now, s.clock.Translate(at.Add(time.Second))) {
		return p, fail("AuthFailure.SignatureExpire", "Signature expired. The timestamp differs from the server time by more than five minutes.")
	}
	if p.token != token || (!p.expires.IsZero() && !now.Before(p.expires)) {
		return p, fail("AuthFailure.TokenFailure", "The token is invalid or has expired.")
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
	bad := fail("AuthFailure.InvalidAuthorization", "The Authorization header is not of the TC3-HMAC-SHA256 form.")
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

func (s *Server) checkTC3(r *http.Request, req *request) error {
	h, err := parseTC3(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	p, err := s.pair(h.id, req.token, req.timestamp)
	if err != nil {
		return err
	}
	if h.date != time.Unix(req.timestamp, 0).UTC().Format(time.DateOnly) {
		return fail("AuthFailure.SignatureFailure", "The date of the credential scope is not the UTC date of X-TC-Timestamp.")
	}
	service := "scf"
	if req.version == versionCLS {
		service = "cls"
	}
	// Some SDKs take the service's name from the host they call: "127" of 127.0.0.1:9000.
	if label, _, _ := strings.Cut(r.Host, "."); h.service != service && (h.service != label || strings.HasSuffix(r.Host, ".tencentcloudapi.com")) {
		return fail("AuthFailure.SignatureFailure", "The service of the credential scope does not match the service of the call.")
	}
	payload := sha256.Sum256(req.body)
	if v := r.Header.Get("X-TC-Content-SHA256"); v == "UNSIGNED-PAYLOAD" {
		payload = sha256.Sum256([]byte(v))
	}
	secret := sum(sha256.New, sum(sha256.New, sum(sha256.New, []byte("TC3"+p.key), h.date), h.service), "tc3_request")
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

func (s *Server) checkV1(r *http.Request, req *request) error {
	f := req.form
	if f.Get("Signature") == "" {
		return fail("AuthFailure.InvalidAuthorization", "The request carries neither an Authorization header nor signed parameters.")
	}
	p, err := s.pair(f.Get("SecretId"), req.token, req.timestamp)
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
	want := base64.StdEncoding.EncodeToString(sum(alg, []byte(p.key), b.String()))
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
