package costest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tree does what a map and a sorted list of its keys do.
func TestTree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, order := range []string{"random", "up", "down"} {
		t.Run(order, func(t *testing.T) {
			var tr tree
			model := map[string]*object{}
			for i := range 20_000 {
				n := i / 2
				switch order {
				case "random":
					n = rng.IntN(3000)
				case "down":
					n = 20_000 - n
				}
				key := fmt.Sprintf("k%06d", n)
				if rng.IntN(5) < 2 {
					tr.set(key, nil)
					delete(model, key)
				} else {
					o := &object{size: int64(i)}
					tr.set(key, o)
					model[key] = o
				}
				if i%997 == 0 {
					check(t, &tr, model)
				}
			}
			check(t, &tr, model)
			for key := range model {
				tr.set(key, nil)
				delete(model, key)
				if len(model)%1000 == 0 {
					check(t, &tr, model)
				}
			}
			assert.Nil(t, tr.root)
		})
	}
}

func check(t *testing.T, tr *tree, model map[string]*object) {
	t.Helper()
	require.Equal(t, len(model), tr.n)
	var keys []string
	tr.ascend("", func(key string, o *object) bool {
		keys = append(keys, key)
		require.Same(t, model[key], o)
		return true
	})
	require.True(t, slices.IsSorted(keys))
	require.Len(t, keys, len(model))
	if len(keys) == 0 {
		return
	}
	from := keys[len(keys)/2]
	n := 0
	tr.ascend(from, func(key string, _ *object) bool {
		n++
		return key >= from
	})
	require.Equal(t, len(keys)-len(keys)/2, n)
	for key, o := range model {
		require.Same(t, o, tr.get(key))
		break
	}
	require.Nil(t, tr.get("nothing"))
	depth(t, tr.root)
}

// depth checks that every node but the root is at least half full and every leaf equally deep.
func depth(t *testing.T, n *node) int {
	t.Helper()
	if n.kids == nil {
		return 1
	}
	require.Len(t, n.kids, len(n.items)+1)
	d := 0
	for _, kid := range n.kids {
		require.GreaterOrEqual(t, len(kid.items), minItems)
		require.LessOrEqual(t, len(kid.items), maxItems)
		k := depth(t, kid)
		if d == 0 {
			d = k
		}
		require.Equal(t, d, k)
	}
	return d + 1
}

func TestVersionIDs(t *testing.T) {
	for _, v := range []uint64{1, 2, 1 << 40, 1_700_000_000_000_000_000} {
		id := formatVersion(v)
		back, ok := parseVersion(id)
		assert.True(t, ok)
		assert.Equal(t, v, back)
	}
	for _, bad := range []string{"", "nul", "!!!", "MQ", formatVersion(5) + "=", "MDE4NDQ2NzQ0MDczNzA5NTUxNjEw"} {
		_, ok := parseVersion(bad)
		if bad == "MQ" {
			assert.True(t, ok, "a number is a number")
			continue
		}
		assert.False(t, ok, bad)
	}
}
