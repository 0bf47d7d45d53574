package scf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignoreFile names the file of patterns in the root of a directory that [ZipDir] packs.
const ignoreFile = ".scfignore"

// alwaysIgnored are never part of a package.
const alwaysIgnored = ".git/\n.hg/\n.svn/\n.DS_Store\nThumbs.db\n/" + ignoreFile + "\n"

// ZipDir packs the files of dir, as a function whose handler is handler. The same files give the same bytes, whatever their
// times and owners.
//
// Version control directories are left out, and what the patterns in dir/.scfignore name: as in .gitignore one pattern a
// line, '#' for comments, '!' to take back, '/' at the end for directories only, '/' elsewhere to tie the pattern to the
// root, "**" across directories. Links are followed if they stay within dir, and are an error if they leave it, lead nowhere
// or in a circle. Files get mode 0755 if anyone may execute them, otherwise 0644. Empty directories are left out.
//
// The runtime is recognised: Custom if there is a file bootstrap in the root, Go1 if handler is a Linux binary there; for any
// other set the function's Runtime.
func ZipDir(dir, handler string) (Code, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return Code{}, fmt.Errorf("scf: package: %w", err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return Code{}, fmt.Errorf("scf: package: %w", err)
	}
	patterns, err := os.ReadFile(filepath.Join(root, ignoreFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Code{}, fmt.Errorf("scf: package: %w", err)
	}
	w := dirWalk{root: root, ignore: parseIgnore(alwaysIgnored + string(patterns)), to: newArchive()}
	w.walk("", root, nil)
	if err := w.bad.err("package " + dir); err != nil {
		return Code{}, err
	}
	data, err := w.to.bytes()
	if err != nil {
		return Code{}, err
	}
	code, err := codeOfZip(data)
	if err != nil {
		return Code{}, &InvalidError{"package " + dir, []Fault{{"zip", err.Error()}}}
	}
	if code.runtime == RuntimeGo1 && handler != "" && handler != code.handler {
		code.runtime = ""
	}
	if f, ok := w.to.files[handler]; ok && code.runtime == "" && strings.HasPrefix(string(f.data[:min(4, len(f.data))]), "\x7fELF") {
		code.runtime = RuntimeGo1
	}
	if handler != "" {
		code.handler = handler
	}
	return code, nil
}

type dirWalk struct {
	root   string
	ignore ignore
	to     *archive
	bad    faultList
}

// walk packs the directory at real, which is called name in the package ("" for the root). within are the real paths of the
// directories on the way, by which circles are found.
func (w *dirWalk) walk(name, real string, within []string) {
	for _, d := range within {
		if d == real {
			w.bad.addf(name, "link in a circle, to %s", real)
			return
		}
	}
	within = append(within[:len(within):len(within)], real)
	entries, err := os.ReadDir(real)
	if err != nil {
		w.bad.check(show(name), err)
		return
	}
	for _, entry := range entries {
		sub, at := path.Join(name, entry.Name()), filepath.Join(real, entry.Name())
		st, err := entry.Info()
		if err == nil && st.Mode()&fs.ModeSymlink != 0 {
			if w.ignore.match(sub, false) {
				continue
			}
			if at, err = w.follow(at); err == nil {
				st, err = os.Stat(at)
			}
		}
		switch {
		case err != nil:
			w.bad.check(sub, err)
		case w.ignore.match(sub, st.IsDir()):
		case st.IsDir():
			w.walk(sub, at, within)
		case st.Mode().IsRegular():
			w.bad.check(sub, w.to.addFile(sub, at))
		default:
			w.bad.addf(sub, "neither a file nor a directory (%v)", st.Mode().Type())
		}
	}
}

// follow returns what a link leads to, if it is within the root.
func (w *dirWalk) follow(link string) (string, error) {
	at, err := filepath.EvalSymlinks(link)
	if err != nil {
		return "", errors.New("link that leads nowhere")
	}
	if rel, err := filepath.Rel(w.root, at); err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", errors.New("link that leaves the directory")
	}
	return at, nil
}

func show(name string) string {
	if name == "" {
		return "."
	}
	return name
}
