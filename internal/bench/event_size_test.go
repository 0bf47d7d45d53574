package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEventDecodeSize: a stripped program that decodes events is at most 0.48 MB larger than one that only reads a file. Most of it
// is log/slog with fmt and reflect, which Log brings along, and time.
func TestEventDecodeSize(t *testing.T) {
	size := func(program string) int64 {
		out := filepath.Join(t.TempDir(), "program")
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./eventsize/"+program)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
		text, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", text)
		info, err := os.Stat(out)
		require.NoError(t, err)
		return info.Size()
	}
	read, decode := size("readfile"), size("decode")
	t.Logf("reads a file: %d bytes; decodes as well: %d bytes, %d more", read, decode, decode-read)
	assert.LessOrEqual(t, decode-read, int64(480_000))
}
