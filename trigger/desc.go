package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/event"
)

// kind is the API's name of COS triggers.
const kind = "cos"

// description is the TriggerDesc of a COS trigger. The names' case is the service's.
type description struct {
	BucketURL string  `json:"bucketUrl,omitempty"` // the service adds it; the same as the trigger's name
	Event     string  `json:"event"`
	Filter    *filter `json:"filter,omitempty"` // old triggers have none
}

type filter struct {
	Prefix string
	Suffix string
}

// desc is what CreateTrigger takes: without spaces, as the document asks.
func (t Trigger) desc() string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(description{Event: string(t.Event), Filter: &filter{t.Prefix, t.Suffix}}) // strings always encode
	return strings.TrimSuffix(b.String(), "\n")
}

// listed is one element of ListTriggers. The official client's type would fail on an Enable that is not a number.
type listed struct {
	TriggerName, Type, TriggerDesc, Qualifier string
	Enable                                    json.RawMessage
}

// read makes a Trigger of a listed one, by meaning: bucketUrl, spaces, the order of names and names that are not known play no
// part, nor does an event this version does not know.
func (l listed) read(namespace, function string) (Trigger, error) {
	t := Trigger{Namespace: namespace, Function: function, Qualifier: l.Qualifier}
	fail := func(err error) (Trigger, error) {
		return t, &DescriptionError{Function: t.target(), Name: l.TriggerName, Description: l.TriggerDesc, Err: err}
	}
	var d description
	if err := json.Unmarshal([]byte(l.TriggerDesc), &d); err != nil {
		return fail(err)
	}
	b, err := event.ParseBucketHost(l.TriggerName)
	if err != nil && d.BucketURL != "" {
		b, err = event.ParseBucketHost(d.BucketURL)
	}
	if err != nil {
		return fail(err)
	}
	t.Bucket = b
	if d.Event == "" {
		return fail(errors.New("no event"))
	}
	t.Event, _ = event.ParseType(d.Event) // a name that is not known comes back as it is
	if d.Filter != nil {
		t.Prefix, t.Suffix = d.Filter.Prefix, d.Filter.Suffix
	}
	on, err := enabled(l.Enable)
	if err != nil {
		return fail(err)
	}
	t.Disabled = !on
	return t, nil
}

// enabled reads what the API gives as 1 and 0 and takes as OPEN and CLOSE.
func enabled(raw json.RawMessage) (bool, error) {
	switch strings.Trim(string(raw), `" `) {
	case "1", "OPEN", "on", "true":
		return true, nil
	case "0", "CLOSE", "off", "false":
		return false, nil
	}
	return false, fmt.Errorf("Enable is %s", raw)
}
