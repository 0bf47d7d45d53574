package cos

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func document(code, message string) string {
	return "<Error><Code>" + code + "</Code><Message>" + message + "</Message><RequestId>req1</RequestId></Error>"
}

func TestErrorsHaveTheServicesMessage(t *testing.T) {
	long := strings.Repeat("很", 400)
	for name, c := range map[string]struct {
		message string
		want    string
	}{
		"expired": {"Request has expired", "access denied: Request has expired (status 403 AccessDenied, request req1)"},
		"arrears": {"The account is in arrears.", ": The account is in arrears. ("},
		"lines":   {" two\n\n\tlines ", ": two lines ("},
		"none":    {"", "access denied (status 403"},
		"long":    {long, "…"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{t: t, answers: []roundTrip{status(403, nil, document("AccessDenied", c.message))}}
			err := NewObjects(testKeys, WithTransport(s)).Put(t.Context(), photos, "k", strings.NewReader("x"))
			require.ErrorIs(t, err, ErrDenied)
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.True(t, utf8.ValidString(err.Error()))
			assert.Less(t, len(err.Error()), 600)
		})
	}
}

func TestErrorsTellTheClocksDifference(t *testing.T) {
	for name, c := range map[string]struct {
		method, code, message string
		status                int
		off                   time.Duration // of the service's clock
		date                  string
		want, not             string
	}{
		"behind":     {"GET", "RequestTimeTooSkewed", "", 403, 16 * time.Minute, "", "the clock here is 16m0s behind the service's", ""},
		"ahead":      {"GET", "AccessDenied", "Request has expired", 403, -2 * time.Hour, "", "the clock here is 2h0m0s ahead of the service's", ""},
		"right":      {"GET", "AccessDenied", "Request has expired", 403, 30 * time.Second, "", "expired", "the clock"},
		"not why":    {"GET", "AccessDenied", "Access Denied.", 403, time.Hour, "", "Access Denied.", "the clock"},
		"no date":    {"GET", "RequestTimeTooSkewed", "", 403, 0, "today", "RequestTimeTooSkewed", "the clock"},
		"HEAD":       {"HEAD", "", "", 403, time.Hour, "", "the clock here is 1h0m0s behind the service's; the answer to HEAD gives no reason", ""},
		"HEAD, 400":  {"HEAD", "", "", 400, time.Hour, "", "open the object, which tells", "the clock"},
		"HEAD, 403":  {"HEAD", "", "", 403, 0, "", "name/cos:HeadObject", "the clock"},
		"HEAD, gone": {"HEAD", "", "", 404, 0, "", "not found", "HEAD"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := ""
				if c.code != "" {
					body = document(c.code, c.message)
				}
				date := c.date
				if date == "" {
					date = time.Now().Add(c.off).UTC().Format(http.TimeFormat)
				}
				s := &script{t: t, answers: []roundTrip{status(c.status, map[string]string{"Date": date}, body), status(200, nil, "")}}
				o := NewObjects(testKeys, WithTransport(s), WithAttempts(1))
				var err error
				if c.method == "HEAD" {
					_, err = o.Stat(t.Context(), photos, "k")
				} else {
					_, err = o.OpenKey(t.Context(), photos, "k")
				}
				require.Error(t, err)
				assert.Contains(t, err.Error(), c.want)
				if c.not != "" {
					assert.NotContains(t, err.Error(), c.not)
				}
			})
		})
	}
}

func TestRestoreState(t *testing.T) {
	at := time.Date(2022, 4, 18, 15, 0, 0, 0, time.UTC)
	for text, want := range map[string]Info{
		"":                       {},
		`ongoing-request="true"`: {Restoring: true},
		`ongoing-request="false", expiry-date="Mon, 18 Apr 2022 15:00:00 GMT"`: {Restored: true, RestoredUntil: at},
		`ongoing-request="false"`:                      {Restored: true},
		`ongoing-request="false", expiry-date="later"`: {Restored: true},
	} {
		var got Info
		got.Restoring, got.Restored, got.RestoredUntil = restoreState(text)
		assert.Equal(t, want, got, text)
	}
}
