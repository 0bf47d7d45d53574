package scf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// BuildOption changes how [BuildGo] builds.
type BuildOption func(*build)

type build struct {
	runtime string
	handler string
	dir     string
	goTool  string
	tags    []string
	ldflags []string
	env     []string
	cgo     bool
	files   map[string]string
}

// WithRuntime builds for [RuntimeGo1], the default, or [RuntimeCustom].
func WithRuntime(runtime string) BuildOption { return func(b *build) { b.runtime = runtime } }

// WithHandler names the binary of a Go1 function, by default "main". The Custom Runtime's is always "bootstrap".
func WithHandler(name string) BuildOption { return func(b *build) { b.handler = name } }

// WithDir runs the go command in dir, so that import paths and relative directories are seen from there. The default is the
// working directory.
func WithDir(dir string) BuildOption { return func(b *build) { b.dir = dir } }

// WithGo uses the go command at path instead of the first one in PATH.
func WithGo(path string) BuildOption { return func(b *build) { b.goTool = path } }

// WithTags sets build tags.
func WithTags(tags ...string) BuildOption { return func(b *build) { b.tags = append(b.tags, tags...) } }

// WithLDFlags adds flags for the linker, like "-X main.version=1.2", to those that strip the binary.
func WithLDFlags(flags ...string) BuildOption {
	return func(b *build) { b.ldflags = append(b.ldflags, flags...) }
}

// WithBuildEnv adds variables, each "NAME=value", to the go command's environment.
func WithBuildEnv(vars ...string) BuildOption {
	return func(b *build) { b.env = append(b.env, vars...) }
}

// WithCGO builds with cgo, for which a C compiler for Linux on x86-64 must be there. The binary then needs the C library of
// the platform's system, which is older than most.
func WithCGO() BuildOption { return func(b *build) { b.cgo = true } }

// WithFile puts the file at path into the package as name, a slash-separated path from the package's root.
func WithFile(name, path string) BuildOption {
	return func(b *build) {
		if b.files == nil {
			b.files = map[string]string{}
		}
		b.files[name] = path
	}
}

// BuildError is a program that does not compile.
type BuildError struct {
	// Package is what was to be built.
	Package string
	// Output is what the go command said, line by line, with paths as it prints them.
	Output string
	// Err is how the go command ended.
	Err error
}

// Error shows the compiler's lines.
func (e *BuildError) Error() string {
	s := "scf: build " + e.Package
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Output != "" {
		s += "\n" + e.Output
	}
	return s
}

// Unwrap returns how the go command ended.
func (e *BuildError) Unwrap() error { return e.Err }

// BuildGo compiles the main package pkg, an import path or a directory, for the platform (GOOS=linux GOARCH=amd64, stripped,
// paths trimmed, without cgo), checks the binary and packs it. The same source and toolchain give the same bytes. It runs the
// go command, in pkg if pkg is a directory, so that it builds inside any module; the binary's own module must have what it
// imports. Errors: [*BuildError] when it does not compile, [*InvalidError] when pkg or an option is wrong. When ctx ends, the
// go command is killed.
func BuildGo(ctx context.Context, pkg string, opts ...BuildOption) (Code, error) {
	b := build{runtime: RuntimeGo1, goTool: "go"}
	for _, o := range opts {
		o(&b)
	}
	name, err := b.check(pkg)
	if err != nil {
		return Code{}, err
	}
	tmp, err := os.MkdirTemp("", "scf-build-")
	if err != nil {
		return Code{}, fmt.Errorf("scf: build %s: %w", pkg, err)
	}
	defer os.RemoveAll(tmp)
	binary := filepath.Join(tmp, name)
	if err := b.compile(ctx, pkg, binary); err != nil {
		return Code{}, err
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		return Code{}, &BuildError{Package: pkg, Err: fmt.Errorf("no binary came of it: %w", err)}
	}
	if bytes.HasPrefix(data, []byte("!<arch>\n")) {
		return Code{}, &InvalidError{"package " + pkg, []Fault{{"package", "not a main package"}}}
	}
	if err := checkELF(data); err != nil {
		return Code{}, &InvalidError{"package " + pkg, []Fault{{"binary", err.Error()}}}
	}
	a := newArchive()
	if err := a.add(name, 0o755, data); err != nil {
		return Code{}, err
	}
	for to, from := range b.files {
		if err := a.addFile(to, from); err != nil {
			return Code{}, fmt.Errorf("scf: build %s: %w", pkg, err)
		}
	}
	zipped, err := a.bytes()
	if err != nil {
		return Code{}, err
	}
	code, err := codeOfZip(zipped)
	if err != nil {
		return Code{}, &InvalidError{"package " + pkg, []Fault{{"zip", err.Error()}}}
	}
	code.runtime, code.handler, code.sound = b.runtime, name, name
	return code, nil
}

// check returns the binary's name.
func (b *build) check(pkg string) (string, error) {
	var bad faultList
	if pkg == "" || strings.HasPrefix(pkg, "-") || strings.Contains(pkg, "...") {
		bad.addf("package", "%q is not one package", pkg)
	}
	name := b.handler
	switch b.runtime {
	case RuntimeGo1:
		if name == "" {
			name = "main"
		}
		bad.check("handler", checkHandler(name, RuntimeGo1))
	case RuntimeCustom:
		if name != "" && name != "bootstrap" {
			bad.addf("handler", "the Custom Runtime starts bootstrap, not %q", name)
		}
		name = "bootstrap"
	default:
		bad.addf("runtime", "%q is neither %s nor %s", b.runtime, RuntimeGo1, RuntimeCustom)
	}
	if _, ok := b.files[name]; ok {
		bad.addf("file", "%s is the binary", name)
	}
	for to := range b.files {
		bad.check("file", checkEntryName(to))
	}
	return name, bad.err("build of " + pkg)
}

func (b *build) compile(ctx context.Context, pkg, binary string) error {
	dir, target := b.dir, pkg
	if at := filepath.Join(b.dir, pkg); filepath.IsAbs(pkg) || strings.HasPrefix(pkg, ".") {
		if filepath.IsAbs(pkg) {
			at = pkg
		}
		st, err := os.Stat(at)
		if err != nil {
			return &InvalidError{"package " + pkg, []Fault{{"package", err.Error()}}}
		}
		if st.IsDir() {
			dir, target = at, "."
		}
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", strings.Join(append([]string{"-s -w -buildid="}, b.ldflags...), " ")}
	if len(b.tags) > 0 {
		args = append(args, "-tags", strings.Join(b.tags, ","))
	}
	cmd := exec.CommandContext(ctx, b.goTool, append(args, "-o", binary, target)...)
	cmd.Dir = dir
	cgo := "0"
	if b.cgo {
		cgo = "1"
	}
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1", "GOEXPERIMENT=", "CGO_ENABLED="+cgo)
	cmd.Env = append(cmd.Env, b.env...)
	cmd.WaitDelay = 50 * time.Millisecond // compilers it started may hold the pipe
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		err = ended
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = errors.New("does not compile")
	}
	return &BuildError{Package: pkg, Output: strings.TrimSpace(string(out)), Err: err}
}
