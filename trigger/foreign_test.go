package trigger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

// Triggers that are there in a form that may not be created, as the console made them, are found, switched, kept and removed.
func TestTriggersOfTheConsole(t *testing.T) {
	for name, there := range map[string]Trigger{
		"suffix without a dot":  thumb(event.AnyObjectCreated, "", "jpg"),
		"prefix with a slash":   thumb(event.AnyObjectCreated, "/in/", ""),
		"both, and another one": thumb(event.AnyObjectRemove, "/", "x"),
	} {
		t.Run(name, func(t *testing.T) {
			_, c := newCloud(t, scftest.AnySuffix())
			require.NoError(t, c.create(t.Context(), there, false))
			assert.Equal(t, texts(there), bound(t, c, "thumb"))

			require.NoError(t, c.Bind(t.Context(), there), "it is there already")
			require.NoError(t, c.Disable(t.Context(), there))
			assert.Equal(t, texts(disabled(there)), bound(t, c, "thumb"))
			require.NoError(t, c.Enable(t.Context(), there))

			p, err := c.Plan(t.Context(), "thumb", []Trigger{there})
			require.NoError(t, err)
			assert.True(t, p.Empty(), p.String())
			_, err = c.Plan(t.Context(), "thumb", nil, KeepOthers())
			require.NoError(t, err)

			require.NoError(t, c.Unbind(t.Context(), there))
			assert.Empty(t, bound(t, c, "thumb"))

			// Nobody creates such a trigger anew.
			require.ErrorIs(t, there.Validate(), scf.ErrInvalid)
			require.ErrorIs(t, c.Bind(t.Context(), there), scf.ErrInvalid)
			_, err = c.Plan(t.Context(), "thumb", []Trigger{there})
			require.ErrorIs(t, err, scf.ErrInvalid)
			assert.Empty(t, bound(t, c, "thumb"))
		})
	}
}

func TestPrefixWithASlash(t *testing.T) {
	err := thumb(event.AnyObjectCreated, "/images/", "").Validate()
	require.ErrorContains(t, err, `the prefix "/images/" matches no key, because keys do not begin with a slash: say "images/"`)
}
