//go:build !unix

package costest

import (
	"io"
	"os"
)

// lockFile only opens the file: this system has no lock that ends with the process in the standard library.
func lockFile(path string) (io.Closer, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
