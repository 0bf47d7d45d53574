package function

import (
	"io"
	"os"
	"time"
)

// OnListen calls f with the address that an image function or the Go1 runtime listens on.
func OnListen(f func(addr string)) Option { return func(o *options) { o.onListen = f } }

// ConnectTime sets how long the Custom Runtime's API may be away.
func ConnectTime(d time.Duration) Option { return func(o *options) { o.connectTime = d } }

// Local sets what the local mode sees of its process.
func Local(stdin *os.File, stdout io.Writer, args ...string) Option {
	return func(o *options) { o.stdin, o.stdout, o.args = stdin, stdout, append([]string{"/x/prog"}, args...) }
}

// DetectMode is what the environment decides.
func DetectMode(getenv func(string) string) (Mode, error) { return detectMode(getenv) }
