package eventtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

func TestBuildersAreAllTypes(t *testing.T) {
	want := append(event.Types(), event.AnyObjectCreated, event.AnyObjectRemove)
	var have []event.Type
	for _, b := range builders {
		have = append(have, b.typ)
		e := b.build(Key("a b/中.txt"), Size(7))
		assert.Equal(t, b.typ, e.EventType())
		assert.IsType(t, New(b.typ), e)
		back, err := event.Decode(Payload(e), event.Strict())
		require.NoError(t, err)
		assert.Equal(t, e.Common().Object, back[0].Common().Object)
		assert.Equal(t, "a b/中.txt", back[0].Common().Object.Key)
	}
	assert.Equal(t, want, have)
}
