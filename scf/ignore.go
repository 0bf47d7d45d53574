package scf

import (
	"path"
	"strings"
)

// ignore is a list of patterns in the manner of .gitignore; the last one that matches decides.
type ignore []ignorePattern

type ignorePattern struct {
	parts   []string // of the path, "**" for any number of directories
	dirOnly bool
	back    bool // takes back what an earlier one ignored
}

func parseIgnore(text string) ignore {
	var list ignore
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		line = strings.TrimRight(line, " \t")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var p ignorePattern
		if line, p.back = strings.CutPrefix(line, "!"); line == "" {
			continue
		}
		line = strings.TrimPrefix(line, `\`) // an escaped '#' or '!'
		line, p.dirOnly = strings.CutSuffix(line, "/")
		tied := strings.Contains(line, "/")
		line = strings.Trim(line, "/")
		if line == "" {
			continue
		}
		if !tied {
			p.parts = []string{"**"}
		}
		p.parts = append(p.parts, strings.Split(line, "/")...)
		list = append(list, p)
	}
	return list
}

// match reports whether the file or directory name, a slash-separated path from the root, is ignored.
func (l ignore) match(name string, dir bool) bool {
	ignored := false
	parts := strings.Split(name, "/")
	for _, p := range l {
		if (dir || !p.dirOnly) && p.back == ignored && matchParts(p.parts, parts) {
			ignored = !p.back
		}
	}
	return ignored
}

// matchParts matches by dynamic programming over the pattern, so that many "**" do not take exponential time.
func matchParts(pattern, parts []string) bool {
	reach := make([]bool, len(parts)+1) // reach[i]: the pattern so far matches the first i parts
	reach[0] = true
	for _, p := range pattern {
		next := make([]bool, len(parts)+1)
		if p == "**" {
			for i, ok := range reach {
				if ok {
					for j := i; j <= len(parts); j++ {
						next[j] = true
					}
					break
				}
			}
		} else {
			for i := range parts {
				if reach[i] {
					ok, err := path.Match(p, parts[i])
					next[i+1] = err == nil && ok
				}
			}
		}
		reach = next
	}
	return reach[len(parts)]
}
