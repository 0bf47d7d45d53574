package cos

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"
)

// maxMessage bounds how much of the service's message goes into an error, in bytes.
const maxMessage = 300

// oneLine makes text from outside fit for one line of an error.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// hintFor says what to try after a failure whose answer does not tell by itself; it is empty if there is nothing to say.
func hintFor(resp *http.Response, answer *cossdk.ErrorResponse, now time.Time) string {
	head := resp.Request != nil && resp.Request.Method == http.MethodHead
	if head && resp.StatusCode == http.StatusNotFound {
		return "" // that is the whole answer
	}
	var hints []string
	if off := clockOff(resp, answer, head, now); off != "" {
		hints = append(hints, off)
	}
	switch {
	case !head:
	case resp.StatusCode == http.StatusForbidden:
		hints = append(hints, "the answer to HEAD gives no reason: check that the credentials may do name/cos:HeadObject here,"+
			" and the account's balance, or open the object, which tells")
	default:
		hints = append(hints, "the answer to HEAD gives no reason: open the object, which tells")
	}
	return strings.Join(hints, "; ")
}

// clockOff says how far this machine's clock is from the service's, if that may be why a request was refused: a signature holds
// for a span of time, by the service's clock.
func clockOff(resp *http.Response, answer *cossdk.ErrorResponse, head bool, now time.Time) string {
	if resp.StatusCode != http.StatusForbidden {
		return ""
	}
	expired := answer.Code == "RequestTimeTooSkewed" || strings.Contains(strings.ToLower(answer.Message), "expired")
	if !expired && !head {
		return ""
	}
	there, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return ""
	}
	switch off := now.Sub(there).Round(time.Second); {
	case off >= clockSkew:
		return fmt.Sprintf("the clock here is %s ahead of the service's", off)
	case off <= -clockSkew:
		return fmt.Sprintf("the clock here is %s behind the service's", -off)
	}
	return ""
}
