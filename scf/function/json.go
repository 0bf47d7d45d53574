package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// JSON returns a [Handler] that decodes each event into a new In, calls f and encodes what it returns. An event that does not
// fit In fails the invocation without a call of f; the error wraps that of [json.Unmarshal]. [Run] returns an error for a nil f.
func JSON[In, Out any](f func(context.Context, In) (Out, error)) Handler {
	return jsonHandler[In, Out](f)
}

type jsonHandler[In, Out any] func(context.Context, In) (Out, error)

func (f jsonHandler[In, Out]) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in In
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fmt.Errorf("function: the event does not fit %T: %w", in, err)
	}
	out, err := f(ctx, in)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("function: the result cannot be encoded: %w", err)
	}
	return b, nil
}

func (f jsonHandler[In, Out]) check() error {
	if f == nil {
		return errors.New("function: JSON was given a nil function")
	}
	return nil
}
