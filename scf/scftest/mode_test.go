package scftest_test

import "io/fs"

func modeOf(m uint32) fs.FileMode { return fs.FileMode(m) }
