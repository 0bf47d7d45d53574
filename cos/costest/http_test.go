package costest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// signing returns a plain client that signs as the official one does.
func signing(s *costest.Server) *http.Client {
	id, key := s.Credentials()
	return &http.Client{
		Transport:     &cossdk.AuthorizationTransport{SecretID: id, SecretKey: key, Transport: s.Transport()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// plain returns a client that does not sign.
func plain(s *costest.Server) *http.Client { return &http.Client{Transport: s.Transport()} }

func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return string(b)
}

// errorCode returns the code of the XML error in an answer.
func errorCode(text string) string {
	_, rest, _ := strings.Cut(text, "<Code>")
	code, _, _ := strings.Cut(rest, "</Code>")
	return code
}
