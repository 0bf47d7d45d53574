// Package thumb is a function that keeps thumbnails of the images in a bucket. A main package that calls Main is the whole
// program; blank imports beside it add image formats.
package thumb

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/scf/function"
)

// Main runs the function with the settings of the environment and never returns.
func Main() {
	s, err := SettingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "thumbnail:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(New(cos.NewObjects(cos.EnvCredentials()), s))
}
