package trigger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

func words(alphabet string, n int) []string {
	all, last := []string{""}, []string{""}
	for range n {
		var next []string
		for _, w := range last {
			for _, c := range alphabet {
				next = append(next, w+string(c))
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

// Two rules overlap exactly if some event of some key matches both. Keys as long as the longest prefix and the longest suffix
// together are enough to find one.
func TestOverlapIsTheExistenceOfACommonEvent(t *testing.T) {
	const n = 2
	affixes, keys := words("ab", n), words("ab", 2*n)
	match := map[[2]string]map[string]bool{}
	for _, p := range affixes {
		for _, s := range affixes {
			m := map[string]bool{}
			for _, k := range keys {
				if strings.HasPrefix(k, p) && strings.HasSuffix(k, s) {
					m[k] = true
				}
			}
			match[[2]string{p, s}] = m
		}
	}
	rules := append(event.Types(), event.AnyObjectCreated, event.AnyObjectRemove)
	common := func(a, b event.Type) bool {
		for _, typ := range event.Types() {
			if typ.Matches(a) && typ.Matches(b) {
				return true
			}
		}
		return false
	}
	checked := 0
	for a, keysA := range match {
		for b, keysB := range match {
			some := false
			for k := range keysA {
				some = some || keysB[k]
			}
			for _, ea := range rules {
				for _, eb := range rules {
					ta, tb := thumb(ea, a[0], a[1]), thumb(eb, b[0], b[1])
					if got, want := Overlap(ta, tb), some && common(ea, eb); got != want {
						t.Fatalf("Overlap(%s, %s) = %v, brute force says %v", ta, tb, got, want)
					}
					checked++
				}
			}
		}
	}
	assert.Equal(t, 7*7*7*7*13*13, checked)
}

func TestOverlapOfOtherThings(t *testing.T) {
	a := thumb(event.AnyObjectCreated, "a", "")
	b := a
	b.Function, b.Namespace, b.Qualifier, b.Disabled = "other", "ns", "1", true
	assert.True(t, Overlap(a, b), "whoever is called")
	for _, bucket := range []event.Bucket{
		{Name: "other", AppID: photos.AppID, Region: gz}, {Name: photos.Name, AppID: "1250000001", Region: gz}, {Name: photos.Name, AppID: photos.AppID, Region: "ap-beijing"},
	} {
		b := a
		b.Bucket = bucket
		assert.False(t, Overlap(a, b))
	}
	// The document's own example.
	assert.True(t, Overlap(thumb(event.AnyObjectCreated, "Log", ""), thumb(event.AnyObjectCreated, "Lo", "")))
}

func FuzzOverlap(f *testing.F) {
	f.Add("img/", ".jpg", "im", ".png", "k")
	f.Add("a", "", "", ".b", "")
	f.Fuzz(func(t *testing.T, p1, s1, p2, s2, middle string) {
		a, b := thumb(event.AnyObjectCreated, p1, s1), thumb(event.TypeObjectCreatedPut, p2, s2)
		got := Overlap(a, b)
		require.Equal(t, got, Overlap(b, a))
		require.True(t, Overlap(a, a))
		longest := func(x, y string) string {
			if len(x) > len(y) {
				return x
			}
			return y
		}
		matches := func(key string) bool {
			return strings.HasPrefix(key, p1) && strings.HasPrefix(key, p2) && strings.HasSuffix(key, s1) && strings.HasSuffix(key, s2)
		}
		witness := longest(p1, p2) + middle + longest(s1, s2)
		require.Equal(t, got, matches(witness))
	})
}

func TestValidate(t *testing.T) {
	good := thumb(event.TypeObjectCreatedPut, "in/", ".jpg")
	require.NoError(t, good.Validate())
	for _, c := range []struct {
		change func(*Trigger)
		want   string
	}{
		{func(t *Trigger) { t.Function = "" }, "not named"},
		{func(t *Trigger) { t.Function = "a/b" }, "not a function's name"},
		{func(t *Trigger) { t.Bucket = event.Bucket{} }, "not a bucket"},
		{func(t *Trigger) { t.Bucket.Region = "gz" }, "not a bucket"},
		{func(t *Trigger) { t.Bucket.AppID = "" }, "not a bucket"},
		{func(t *Trigger) { t.Event = "" }, "not an event"},
		{func(t *Trigger) { t.Event = "s3:ObjectCreated:Put" }, "not an event"},
		{func(t *Trigger) { t.Event = "cos: ObjectCreated:Put" }, "not an event"},
		{func(t *Trigger) { t.Event = "cos:ObjectRestore:*" }, "not an event"},
		{func(t *Trigger) { t.Suffix = "jpg" }, "dot"},
		{func(t *Trigger) { t.Prefix = strings.Repeat("p", 851) }, "longer"},
		{func(t *Trigger) { t.Prefix = "\xff" }, "UTF-8"},
	} {
		tr := good
		c.change(&tr)
		err := tr.Validate()
		require.ErrorIs(t, err, scf.ErrInvalid, "%s", tr)
		assert.ErrorContains(t, err, c.want)
	}
	err := Trigger{Suffix: "x"}.Validate()
	var invalid *InvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Len(t, invalid.Problems, 4, "all at once")
}

func TestCheck(t *testing.T) {
	in := func(i int) Trigger { return thumb(event.AnyObjectCreated, fmt.Sprintf("p%c/", 'a'+i), "") }
	var ten []Trigger
	for i := range 10 {
		ten = append(ten, in(i))
	}
	require.NoError(t, Check(nil))
	require.NoError(t, Check(ten))
	require.ErrorIs(t, Check(append(ten, in(10))), scf.ErrLimit)

	elsewhere := in(10)
	elsewhere.Function = "other"
	require.ErrorIs(t, Check(append(ten, elsewhere)), scf.ErrLimit, "the bucket is full")
	elsewhere.Bucket.Name = "other"
	require.NoError(t, Check(append(ten, elsewhere)))

	beijing := in(1)
	beijing.Bucket.Region = "ap-beijing"
	err := Check([]Trigger{in(0), beijing})
	require.ErrorIs(t, err, scf.ErrInvalid)
	assert.ErrorContains(t, err, "one region")
	beijing.Function = "other"
	require.NoError(t, Check([]Trigger{in(0), beijing}))

	put, all := thumb(event.TypeObjectCreatedPut, "", ""), thumb(event.AnyObjectCreated, "x", ".y")
	all.Function = "other"
	err = Check([]Trigger{put, all, thumb(event.AnyObjectRemove, "", ""), {Function: "broken"}, thumb(event.TypeObjectCreatedPut, "z", "")})
	require.ErrorIs(t, err, scf.ErrConflict)
	require.ErrorIs(t, err, scf.ErrInvalid)
	assert.Equal(t, 2, strings.Count(err.Error(), "these overlap"), "every pair: %v", err)
	assert.ErrorContains(t, err, put.String()+"; "+all.String())

	require.NoError(t, Check([]Trigger{put, disabled(all)}))
	require.ErrorIs(t, Check([]Trigger{put, disabled(put)}), scf.ErrConflict, "one trigger in two states")
}

func TestErrorsOfTheZeroValueFormat(t *testing.T) {
	for _, err := range []error{&InvalidError{}, &OverlapError{}, &DescriptionError{}, &ApplyError{}, &ApplyError{NotRestored: []Change{{}}}} {
		assert.NotEmpty(t, err.Error())
		assert.False(t, errors.Is(err, scf.ErrNotFound))
	}
	assert.NotEmpty(t, (&Plan{}).String())
	assert.Equal(t, "Op(9)", Op(9).String())
}
