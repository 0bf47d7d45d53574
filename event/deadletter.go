package event

// DeadLetter is the message that SCF puts into the dead-letter queue for an event it gave up.
type DeadLetter struct {
	RequestID    string // of the function's last execution; all attempts have the same
	ErrorCode    int64
	ErrorMessage string
	RetryNum     int64  // of the last attempt: 0 for the first
	Source       string // RequestSource, like "TRIGGER_COS"
	Function     Target // AppID, namespace, name and qualifier; the message does not tell the region
	Events       []Event

	payload *string // behind a pointer because it holds the Authorization of the COS request
}

// Payload returns ClientContext: the payload that the function was given, nil if there is none. It holds the Authorization of the
// COS request, a secret.
func (l DeadLetter) Payload() []byte {
	if l.payload == nil {
		return nil
	}
	return []byte(*l.payload)
}

// DecodeDeadLetter reads a dead letter and the events of the payload in it. An error about the payload comes with the
// letter; ErrNotNotification without a Payload means that it is not a dead letter.
func DecodeDeadLetter(message []byte, opts ...DecodeOption) (DeadLetter, error) {
	var l DeadLetter
	d, err := formDecoder(message, opts)
	if err != nil {
		return l, err
	}
	context, found := "", false
	err = d.form(func(name string) error {
		switch name {
		case "RequestId":
			return d.str(&l.RequestID)
		case "ErrorCode":
			return d.integer(&l.ErrorCode)
		case "ErrorMessage":
			return d.str(&l.ErrorMessage)
		case "Body":
			return d.members(func(name string) error {
				switch name {
				case "AppId":
					return d.str(&l.Function.AppID)
				case "Namespace":
					return d.str(&l.Function.Namespace)
				case "FunctionName":
					return d.str(&l.Function.Name)
				case "Qualifier":
					return d.str(&l.Function.Qualifier)
				case "RequestSource":
					return d.str(&l.Source)
				case "RetryNum":
					return d.integer(&l.RetryNum)
				case "ClientContext":
					found = true
					if d.space() == '{' { // the payload itself instead of its text
						start := d.pos
						err := d.skip()
						context = d.s[start:d.pos]
						return err
					}
					return d.str(&context)
				}
				return d.skip()
			})
		}
		return d.skip()
	})
	if err != nil {
		return DeadLetter{}, err
	}
	if !found {
		return DeadLetter{}, &notNotification{`it is not a dead letter: it has no "Body" with a "ClientContext"`}
	}
	l.payload = &context
	l.Events, err = Decode([]byte(context), opts...)
	return l, err
}
