package event

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDates compares with package time: every day of eight centuries, and every kind of zone and fraction.
func TestDates(t *testing.T) {
	for day := time.Date(1600, 1, 1, 13, 14, 15, 0, time.UTC); day.Year() < 2400; day = day.AddDate(0, 0, 1) {
		unix, nanos, ok := parseDate(day.Format(time.RFC3339))
		require.True(t, ok)
		require.Zero(t, nanos)
		require.Equal(t, day.Unix(), unix, day)
	}
	for _, s := range []string{"2022-04-15T09:49:16Z", "2022-04-15T09:49:16.5Z", "2022-04-15T09:49:16.123456789+08:00", "0000-01-01T00:00:00Z", "9999-12-30T23:59:59-23:59", "2020-02-29T00:00:00Z"} {
		want, err := time.Parse(time.RFC3339Nano, s)
		require.NoError(t, err)
		unix, nanos, ok := parseDate(s)
		assert.True(t, ok)
		assert.True(t, want.Equal(time.Unix(unix, nanos)), s)
		assert.Equal(t, want.UTC().Format(time.RFC3339Nano), timeText(want))
	}
	for _, s := range []string{"", "2022", "2022-04", "2022-13-01", "2022-00-01", "2022-04-31", "2021-02-29", "1900-02-29", "2022-04-15T", "2022-04-15T24:00:00Z", "2022-04-15T09:60:16Z",
		"2022-04-15T09:49:60Z", "2022-04-15T09:49:16.Z", "2022-04-15T09:49:16+8", "2022-04-15T09:49:16Zx", "2022-04-15T09:49:16 CST", "2022/04/15"} {
		_, _, ok := parseDate(s)
		assert.False(t, ok, s)
	}
	assert.Equal(t, "253402300800 seconds", timeText(time.Unix(253402300800, 0)))
}
