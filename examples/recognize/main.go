// Recognize labels the images of a bucket: Cloud Infinite says what is to be seen, and the words become object tags and a JSON
// object beside the image. README.md says how to deploy it.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/scf/function"
)

func main() {
	s, err := settingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recognize:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(function.NewLogHandler(nil)))
	function.Start(newMux(cos.NewObjects(cos.EnvCredentials()), s))
}
