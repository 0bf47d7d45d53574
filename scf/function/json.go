package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// JSON makes a Handler of a typed function: the event is decoded into a new In for each call, and what f returns is encoded.
// An event that does not fit In fails the invocation before f is called; the error wraps that of encoding/json. An f that is
// nil is reported by [Run].
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
