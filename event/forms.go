package event

import "io"

// DecodeBody reads the body of a request and decodes it: the platform calls image-based functions with POST /event-invoke and
// the same JSON that other functions get as their payload. It reads no more than the limit, MaxBytes.
func DecodeBody(body io.Reader, opts ...DecodeOption) ([]Event, error) {
	c := newConfig(opts)
	if c.maxBytes >= 0 {
		body = io.LimitReader(body, int64(c.maxBytes)+1) // one more shows that it is too long
	}
	payload, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return Decode(payload, opts...)
}

// DecodeAny decodes whichever form the payload has: a notification (Decode), a dead letter (DecodeDeadLetter), EventBridge
// (DecodeEventBridge) or a step of a COS workflow (DecodeWorkflow). Errors are those of the form's own decoder,
// ErrNotNotification if it has none of the forms.
func DecodeAny(payload []byte, opts ...DecodeOption) ([]Event, error) {
	form := ""
	d, err := formDecoder(payload, opts)
	if err != nil {
		return nil, err
	}
	err = d.form(func(name string) error {
		switch name {
		case "Records":
			form = name
		case "Body", "EventList", "specversion", "ObjectInfo":
			if form == "" {
				form = name
			}
		}
		return d.skip()
	})
	if err != nil {
		return nil, err
	}
	switch form {
	case "Body":
		letter, err := DecodeDeadLetter(payload, opts...)
		return letter.Events, err
	case "EventList", "specversion":
		return DecodeEventBridge(payload, opts...)
	case "ObjectInfo":
		e, err := DecodeWorkflow(payload, opts...)
		if err != nil {
			return nil, err
		}
		return []Event{e}, nil
	}
	return Decode(payload, opts...)
}
