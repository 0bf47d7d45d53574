package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFaultsHappenInTheOrderPlanned(t *testing.T) {
	var f Faults
	f.Fail("PutObject", 2, Fault{Code: "SlowDown", Status: 503})
	f.Fail("PutObject", 1, Fault{Code: "InternalError"})
	f.Fail("PutObject", 0, Fault{Code: "Never"})
	assert.Equal(t, 3, f.Pending())

	var got []string
	for range 4 {
		fault, ok := f.Take("PutObject")
		assert.Equal(t, ok, fault.Fails())
		got = append(got, fault.Code)
	}
	assert.Equal(t, []string{"SlowDown", "SlowDown", "InternalError", ""}, got)
}

func TestAPlanForTheOperationGoesBeforeOneForAny(t *testing.T) {
	var f Faults
	f.Fail(Any, 1, Fault{Code: "any"})
	f.Fail("GetObject", 1, Fault{Code: "get"})
	first, _ := f.Take("GetObject")
	second, _ := f.Take("GetObject")
	_, more := f.Take("GetObject")
	assert.Equal(t, "get", first.Code)
	assert.Equal(t, "any", second.Code)
	assert.False(t, more)
}

func TestAPlanForEverEndsWithReset(t *testing.T) {
	var f Faults
	f.Fail("HeadObject", -1, Fault{Drop: After})
	for range 100 {
		fault, ok := f.Take("HeadObject")
		assert.True(t, ok)
		assert.Equal(t, After, fault.Drop)
	}
	assert.Equal(t, 1, f.Pending())
	f.Reset()
	_, ok := f.Take("HeadObject")
	assert.False(t, ok)
}

func TestNoPlanNoFault(t *testing.T) {
	var none *Faults
	_, ok := none.Take("PutObject")
	assert.False(t, ok)
}

func TestDropString(t *testing.T) {
	for d, want := range map[Drop]string{Never: "never", Before: "before", After: "after", 9: "Drop(9)"} {
		assert.Equal(t, want, d.String())
	}
}
