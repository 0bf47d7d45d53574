package apiv3

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// MaxBody is the size of a request's body that the API takes at most.
const MaxBody = 10 << 20

// Request is a call as it came, whatever its form.
type Request struct {
	Action, Version, Region string
	Language                Language

	timestamp int64
	token     string
	form      url.Values // of the older signatures: every parameter, the common ones included; nil for TC3
	body      []byte
	params    params
}

// ReadRequest finds action, version, region and parameters in a call of any form: TC3 with JSON, TC3 by GET, and the older
// signatures by GET or form.
func ReadRequest(r *http.Request, body []byte) (*Request, error) {
	req := &Request{body: body}
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return nil, Errorf("UnsupportedProtocol", "HTTP method %s is not supported; use GET or POST.", r.Method)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, Errorf("InvalidParameter", "The query cannot be read.")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Header.Get("X-TC-Action") == "" && r.Header.Get("Authorization") == "" {
		return readV1(req, r, kind, query, body)
	}
	req.Action, req.Version = r.Header.Get("X-TC-Action"), r.Header.Get("X-TC-Version")
	req.Region, req.token = r.Header.Get("X-TC-Region"), r.Header.Get("X-TC-Token")
	req.Language = Language(r.Header.Get("X-TC-Language"))
	if req.timestamp, err = strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64); err != nil {
		return nil, Missing("Timestamp")
	}
	if r.Method == http.MethodGet {
		req.params.flat = query
		return req, nil
	}
	if kind != "application/json" {
		return nil, Errorf("UnsupportedProtocol", "Content-Type %q is not supported; use application/json.", kind)
	}
	req.params.json = body
	return req, nil
}

func readV1(req *Request, r *http.Request, kind string, query url.Values, body []byte) (*Request, error) {
	req.form = query
	if r.Method == http.MethodPost {
		if kind != "application/x-www-form-urlencoded" {
			return nil, Errorf("AuthFailure.InvalidAuthorization", "The request carries neither an Authorization header nor signed parameters.")
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, Errorf("InvalidParameter", "The form cannot be read.")
		}
		req.form = form
	}
	f := req.form
	req.Action, req.Version, req.Region, req.token = f.Get("Action"), f.Get("Version"), f.Get("Region"), f.Get("Token")
	req.Language = Language(f.Get("Language"))
	var err error
	if req.timestamp, err = strconv.ParseInt(f.Get("Timestamp"), 10, 64); err != nil {
		return nil, Missing("Timestamp")
	}
	req.params.flat = url.Values{}
	for k, v := range f {
		switch k {
		case "Action", "Version", "Region", "Timestamp", "Nonce", "SecretId", "Signature", "SignatureMethod", "Token", "Language", "RequestClient":
		default:
			req.params.flat[k] = v
		}
	}
	return req, nil
}
