package costest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// The files of a store. Their names are told apart from a user's, so that a store never takes or removes what it did not write.
const (
	markerFile  = "cosevent-store"      // what makes the folder a store, and its format's version
	lockFileIn  = "cosevent-store.lock" // held while a process serves the folder
	journalFile = "cosevent-store.journal"
	contentDir  = "data"
	contentExt  = ".content"

	storeFormat = "cosevent object store, format 1\n"
)

// contentName matches the names that newPath gives to contents.
var contentName = regexp.MustCompile(`^[0-9a-f]{24}\` + contentExt + `$`)

// checkStore reports whether dir is a store, or a folder that may become one because it is empty or does not exist. Anything else
// is an error, and the folder is left as it is.
func checkStore(dir string) (isStore bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("costest: open directory store: %w", err)
	}
	marker, err := os.ReadFile(filepath.Join(dir, markerFile))
	switch {
	case err == nil && string(marker) == storeFormat:
		return true, nil
	case err == nil:
		first, _, _ := strings.Cut(string(marker), "\n")
		return false, fmt.Errorf("costest: %s: the file %s says %.60q, this version reads %q: use another folder, or the version that made this one",
			dir, markerFile, first, strings.TrimSpace(storeFormat))
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("costest: open directory store: %w", err)
	}
	for _, e := range entries {
		// A process that was killed while it made the store leaves these two.
		if e.Name() != lockFileIn && e.Name() != markerFile+".new" {
			return false, fmt.Errorf("costest: %s is not an object store: it has %q but no file %s; name an empty folder, or one that does not exist",
				dir, e.Name(), markerFile)
		}
	}
	return false, nil
}

// markStore makes dir a store. The marker appears whole or not at all.
func markStore(dir string) error {
	path := filepath.Join(dir, markerFile)
	if err := os.WriteFile(path+".new", []byte(storeFormat), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
