package trigger

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

func bindAll(t testing.TB, c *Client, ts ...Trigger) {
	t.Helper()
	for _, tr := range ts {
		require.NoError(t, c.Bind(t.Context(), tr))
	}
}

func TestPlanReadsLikeADiff(t *testing.T) {
	_, c := newCloud(t)
	bindAll(t, c,
		thumb(event.TypeObjectCreatedPut, "in/", ".jpg"),
		thumb(event.AnyObjectRemove, "in/", ""),
		thumb(event.TypeObjectRestorePost, "", ""),
		disabled(thumb(event.TypeObjectRestoreCompleted, "", "")))
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{
		{Bucket: photos, Event: event.AnyObjectCreated, Prefix: "in/", Suffix: ".jpg"},
		{Bucket: photos, Event: event.AnyObjectRemove, Prefix: "in/", Disabled: true},
		{Bucket: photos, Event: event.TypeObjectRestorePost},
		{Bucket: photos, Event: event.TypeObjectRestoreCompleted},
	}, WithOutput(photos, "in/small/"))
	require.NoError(t, err)
	assert.Equal(t, `function default/thumb: 1 to add, 1 to remove, 2 to enable or disable, 1 unchanged
  photos-1250000000 (ap-guangzhou)
  + cos:ObjectCreated:* prefix "in/" suffix ".jpg"
  - cos:ObjectCreated:Put prefix "in/" suffix ".jpg"
  ~ cos:ObjectRemove:* prefix "in/": enabled -> disabled
  ~ cos:ObjectRestore:Completed: disabled -> enabled
    cos:ObjectRestore:Post
! loop: the function writes below "in/small/" of photos-1250000000, which is inside its own trigger cos:ObjectCreated:* prefix "in/" suffix ".jpg" (unless it never writes a key that ends in ".jpg")
`, plan.String())
	assert.False(t, plan.Empty())

	require.NoError(t, c.Apply(t.Context(), plan))
	again, err := c.Plan(t.Context(), "thumb", []Trigger{
		{Bucket: photos, Event: event.AnyObjectCreated, Prefix: "in/", Suffix: ".jpg"},
		{Bucket: photos, Event: event.AnyObjectRemove, Prefix: "in/", Disabled: true},
		{Bucket: photos, Event: event.TypeObjectRestorePost},
		{Bucket: photos, Event: event.TypeObjectRestoreCompleted},
	})
	require.NoError(t, err)
	assert.True(t, again.Empty())
	assert.Contains(t, again.String(), "nothing to do, 4 unchanged")
}

func TestPlanWarnsOfLoops(t *testing.T) {
	_, c := newCloud(t)
	other := event.Bucket{Name: "other", AppID: photos.AppID, Region: gz}
	for name, c2 := range map[string]struct {
		trigger Trigger
		bucket  event.Bucket
		output  string
		loops   bool
	}{
		"output inside":       {thumb(event.AnyObjectCreated, "in/", ""), photos, "in/small/", true},
		"the same":            {thumb(event.TypeObjectCreatedPut, "in/", ""), photos, "in/", true},
		"trigger inside":      {thumb(event.AnyObjectCreated, "in/", ""), photos, "", true},
		"no filter":           {thumb(event.AnyObjectCreated, "", ""), photos, "out/", true},
		"apart":               {thumb(event.AnyObjectCreated, "in/", ""), photos, "out/", false},
		"another bucket":      {thumb(event.AnyObjectCreated, "", ""), other, "in/", false},
		"of removed objects":  {thumb(event.AnyObjectRemove, "", ""), photos, "in/", false},
		"disabled":            {disabled(thumb(event.AnyObjectCreated, "", "")), photos, "in/", false},
		"of restored objects": {thumb(event.TypeObjectRestorePost, "", ""), photos, "in/", false},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := c.Plan(t.Context(), "thumb", []Trigger{c2.trigger}, WithOutput(c2.bucket, c2.output))
			require.NoError(t, err)
			assert.Equal(t, c2.loops, len(plan.Warnings) > 0, "%v", plan.Warnings)
		})
	}
}

func TestPlanWarnsOfRulesThatNeverMatch(t *testing.T) {
	_, c := newCloud(t)
	there := thumb(event.AnyObjectRemove, "/in/*", "")
	require.NoError(t, c.create(t.Context(), there, false)) // as the console may have
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectCreated, "in/*", ""), there})
	require.NoError(t, err)
	assert.Len(t, plan.Warnings, 2, "the star of the new one, the slash of the one that is there")
}

func TestPlanSeesOtherFunctions(t *testing.T) {
	_, c := newCloud(t)
	theirs := thumb(event.TypeObjectCreatedPut, "in/x", "")
	theirs.Function = "other"
	bindAll(t, c, theirs)
	mine := thumb(event.AnyObjectCreated, "in/", "")
	blind, err := c.Plan(t.Context(), "thumb", []Trigger{mine})
	require.NoError(t, err)
	assert.Empty(t, blind.Conflicts)

	plan, err := c.Plan(t.Context(), "thumb", []Trigger{mine}, WithFunctions("other", "default/other", "thumb"))
	require.NoError(t, err)
	require.Len(t, plan.Conflicts, 1)
	assert.Contains(t, plan.String(), `! conflict: cos:ObjectCreated:Put prefix "in/x" of function default/other:$DEFAULT overlaps cos:ObjectCreated:* prefix "in/"`)
	err = c.Apply(t.Context(), plan)
	require.ErrorIs(t, err, scf.ErrConflict)
	assert.Empty(t, bound(t, c, "thumb"))

	plan, err = c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectRemove, "in/", "")}, WithFunctions("other"))
	require.NoError(t, err)
	assert.Empty(t, plan.Conflicts)

	_, err = c.Plan(t.Context(), "thumb", nil, WithFunctions("missing"))
	require.ErrorIs(t, err, scf.ErrNotFound)
	_, err = c.Plan(t.Context(), "thumb", nil, WithFunctions("a/b/c"))
	require.ErrorIs(t, err, scf.ErrInvalid)
}

func TestPlanCountsTheBucketsRules(t *testing.T) {
	_, c := newCloud(t)
	var want []Trigger
	for i := range 6 {
		theirs := thumb(event.AnyObjectCreated, "o"+string(rune('a'+i)), "")
		theirs.Function = "other"
		bindAll(t, c, theirs)
		want = append(want, thumb(event.AnyObjectCreated, "t"+string(rune('a'+i)), ""))
	}
	plan, err := c.Plan(t.Context(), "thumb", want, WithFunctions("other"))
	require.NoError(t, err)
	require.Len(t, plan.Warnings, 1)
	assert.Contains(t, plan.Warnings[0], "would have 12 rules")
}

func TestPlanRefuses(t *testing.T) {
	_, c := newCloud(t)
	for name, w := range map[string]struct {
		want []Trigger
		err  error
	}{
		"overlaps":         {[]Trigger{thumb(event.AnyObjectCreated, "", ""), thumb(event.TypeObjectCreatedPut, "", "")}, scf.ErrConflict},
		"another function": {[]Trigger{{Function: "other", Bucket: photos, Event: event.AnyObjectCreated}}, scf.ErrInvalid},
		"another space":    {[]Trigger{{Namespace: "ns", Bucket: photos, Event: event.AnyObjectCreated}}, scf.ErrInvalid},
		"another region":   {[]Trigger{{Bucket: event.Bucket{Name: "photos", AppID: "1250000000", Region: "ap-beijing"}, Event: event.AnyObjectCreated}}, scf.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Plan(t.Context(), "thumb", w.want)
			require.ErrorIs(t, err, w.err)
		})
	}
	_, err := c.Plan(t.Context(), "missing", nil)
	require.ErrorIs(t, err, scf.ErrNotFound)
	require.Error(t, c.Apply(t.Context(), nil))
}

func TestKeepOthers(t *testing.T) {
	_, c := newCloud(t)
	there := thumb(event.TypeObjectCreatedPut, "a/", "")
	bindAll(t, c, there)
	plan, err := c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectRemove, "", "")}, KeepOthers())
	require.NoError(t, err)
	require.NoError(t, c.Apply(t.Context(), plan))
	assert.Equal(t, texts(there, thumb(event.AnyObjectRemove, "", "")), bound(t, c, "thumb"))
	_, err = c.Plan(t.Context(), "thumb", []Trigger{thumb(event.AnyObjectCreated, "", "")}, KeepOthers())
	require.ErrorIs(t, err, scf.ErrConflict, "what is kept stands in the way")
}
