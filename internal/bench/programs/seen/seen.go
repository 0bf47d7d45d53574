// Package seen is what the handlers of all measured programs do: very little, and all the same.
package seen

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Stats is the end of a key that asks for the count of allocations so far, on standard output.
const Stats = "/memstats"

var total int

// Key takes note of an object.
func Key(key string) {
	total += len(key)
	if strings.HasSuffix(key, Stats) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		_, _ = os.Stdout.WriteString("mallocs " + strconv.FormatUint(m.Mallocs, 10) + " " + strconv.Itoa(total) + "\n")
	}
}
