package function_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf/function"
)

// goexit is what a handler does that calls FailNow of a testing.T.
var goexit = function.HandlerFunc(func(context.Context, []byte) ([]byte, error) {
	runtime.Goexit()
	return nil, nil
})

const goexitText = "function: the handler ended its goroutine with runtime.Goexit"

func TestGoexitGo1(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeGo1, goexit)
	resp := invoke(t, dial(t, r.addr), `1`)
	require.NotNil(t, resp.Error)
	assert.Equal(t, goexitText, resp.Error.Message)
	assert.True(t, resp.Error.ShouldExit)
	assert.EqualError(t, r.wait(t), goexitText)
}

func TestGoexitCustom(t *testing.T) {
	leak.Check(t)
	p := newPlatform(t)
	p.serve(t)
	r := run(t, function.ModeCustom, goexit)
	p.events <- sent{body: "1"}
	assert.EqualError(t, r.wait(t), goexitText)
}

func TestGoexitImage(t *testing.T) {
	leak.Check(t)
	r := run(t, function.ModeImage, goexit)
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	_, err := (&http.Client{Transport: tr}).Post("http://"+r.addr+"/event-invoke", "", strings.NewReader("1"))
	assert.Error(t, err)
	assert.EqualError(t, r.wait(t), goexitText)
}

func TestGoexitLocal(t *testing.T) {
	leak.Check(t)
	err := function.Run(t.Context(), goexit, function.WithMode(function.ModeLocal), local(strings.NewReader("1"), nil))
	assert.EqualError(t, err, goexitText)
}
