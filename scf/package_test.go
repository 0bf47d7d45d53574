package scf

import (
	"archive/zip"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/event"
)

// source of a program that needs nothing, in a module of its own.
func module(t testing.TB, files map[string]string) string {
	dir := t.TempDir()
	if _, ok := files["go.mod"]; !ok {
		files["go.mod"] = "module example.com/fn\n\ngo 1.24\n"
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

const hello = "package main\n\nfunc main() { println(\"hello\") }\n"

var builtOnce = sync.OnceValues(func() (Code, error) {
	dir, err := os.MkdirTemp("", "scf-test-")
	if err != nil {
		return Code{}, err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"go.mod": "module example.com/fn\n\ngo 1.24\n", "main.go": hello} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return Code{}, err
		}
	}
	return BuildGo(context.Background(), dir)
})

// testCode is a Go1 package, built once for all tests.
func testCode(t testing.TB) Code {
	c, err := builtOnce()
	require.NoError(t, err)
	return c
}

func testFunction(t testing.TB) Function { return Function{Name: "fn", Code: testCode(t)} }

type file struct {
	name string
	mode fs.FileMode
	data string
}

func zipOf(t testing.TB, files ...file) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		out, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = out.Write([]byte(f.data))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func contents(t testing.TB, data []byte) map[string]file {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	out := map[string]file{}
	for _, f := range r.File {
		text, err := readEntry(f)
		require.NoError(t, err)
		require.True(t, f.Modified.Equal(epoch), "%s: %v", f.Name, f.Modified)
		out[f.Name] = file{f.Name, f.Mode(), string(text)}
	}
	return out
}

func TestBuildGo(t *testing.T) {
	dir := module(t, map[string]string{
		"cmd/fn/main.go": "package main\n\nimport \"example.com/fn/lib\"\n\nvar version = \"none\"\n\nfunc main() { println(lib.Text, version) }\n",
		"lib/lib.go":     "package lib\n\nconst Text = \"hello\"\n",
		"data.txt":       "data",
	})
	first, err := BuildGo(context.Background(), filepath.Join(dir, "cmd", "fn"))
	require.NoError(t, err)
	require.Equal(t, RuntimeGo1, first.Runtime())
	require.Equal(t, "main", first.Handler())
	files := contents(t, first.Zip())
	require.Len(t, files, 1)
	require.Equal(t, fs.FileMode(0o755), files["main"].mode)
	require.NotContains(t, files["main"].data, dir, "paths are trimmed")

	again, err := BuildGo(context.Background(), "./cmd/fn", WithDir(dir))
	require.NoError(t, err)
	require.Equal(t, first.SHA256(), again.SHA256(), "same source, same bytes")
	byPath, err := BuildGo(context.Background(), "example.com/fn/cmd/fn", WithDir(dir))
	require.NoError(t, err)
	require.Equal(t, first.SHA256(), byPath.SHA256())
	elsewhere, err := BuildGo(context.Background(), module(t, map[string]string{
		"cmd/fn/main.go": "package main\n\nimport \"example.com/fn/lib\"\n\nvar version = \"none\"\n\nfunc main() { println(lib.Text, version) }\n",
		"lib/lib.go":     "package lib\n\nconst Text = \"hello\"\n",
	})+"/cmd/fn")
	require.NoError(t, err)
	require.Equal(t, first.SHA256(), elsewhere.SHA256(), "wherever it is")

	custom, err := BuildGo(context.Background(), "./cmd/fn", WithDir(dir), WithRuntime(RuntimeCustom), WithLDFlags("-X main.version=seven"),
		WithTags("prod"), WithBuildEnv("GOFLAGS=-mod=mod"), WithFile("share/data.txt", filepath.Join(dir, "data.txt")))
	require.NoError(t, err)
	require.Equal(t, RuntimeCustom, custom.Runtime())
	require.Equal(t, "bootstrap", custom.Handler())
	files = contents(t, custom.Zip())
	require.Contains(t, files["bootstrap"].data, "seven")
	require.Equal(t, file{"share/data.txt", 0o644, "data"}, files["share/data.txt"])

	f := Function{Name: "fn", Namespace: "default", Code: custom, Runtime: custom.Runtime(), Handler: custom.Handler()}
	require.NoError(t, f.validate(codeLimit{inline: maxInline}))
}

func TestBuildGoFaults(t *testing.T) {
	dir := module(t, map[string]string{
		"bad/main.go": "package main\n\nfunc main() {\n\tvar unused int\n\treturn 7\n}\n",
		"lib/lib.go":  "package lib\n\nconst Text = \"hello\"\n",
		"ok/main.go":  hello,
	})
	_, err := BuildGo(context.Background(), filepath.Join(dir, "bad"))
	var build *BuildError
	require.ErrorAs(t, err, &build)
	require.ErrorContains(t, err, "main.go:4:6: declared and not used: unused")
	require.ErrorContains(t, err, "main.go:5:9: too many return values")

	_, err = BuildGo(context.Background(), "./lib", WithDir(dir))
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorContains(t, err, "not a main package")
	_, err = BuildGo(context.Background(), filepath.Join(dir, "none"))
	require.ErrorIs(t, err, ErrInvalid)
	_, err = BuildGo(context.Background(), "./...", WithRuntime("Python3.10"), WithFile("../x", "y"))
	require.ErrorContains(t, err, "not one package")
	require.ErrorContains(t, err, "Python3.10")
	require.ErrorContains(t, err, "../x")
	_, err = BuildGo(context.Background(), "-o", WithRuntime(RuntimeCustom), WithHandler("main"), WithFile("bootstrap", "y"))
	require.ErrorContains(t, err, "starts bootstrap")
	require.ErrorContains(t, err, "is the binary")
	_, err = BuildGo(context.Background(), filepath.Join(dir, "ok"), WithBuildEnv("GOARCH=arm64"))
	require.ErrorContains(t, err, "built for arm64")
	_, err = BuildGo(context.Background(), filepath.Join(dir, "ok"), WithFile("a", filepath.Join(dir, "nowhere")))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = BuildGo(context.Background(), filepath.Join(dir, "ok"), WithGo(filepath.Join(dir, "nogo")))
	require.ErrorAs(t, err, &build)

	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	_, err = BuildGo(ctx, filepath.Join(dir, "ok"), WithGo("sleep"))
	require.Error(t, err)
	slow := filepath.Join(dir, "slow")
	require.NoError(t, os.WriteFile(slow, []byte("#!/bin/sh\nsleep 60\n"), 0o755))
	_, err = BuildGo(ctx, filepath.Join(dir, "ok"), WithGo(slow))
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestEntryIsChecked(t *testing.T) {
	binary := contents(t, testCode(t).Zip())["main"].data
	for name, c := range map[string]struct {
		runtime, handler string
		files            []file
		want             string
	}{
		"sound":          {"Go1", "main", []file{{"main", 0o755, binary}}, ""},
		"sound script":   {"CustomRuntime", "any", []file{{"bootstrap", 0o755, "#!/bin/bash\necho\n"}}, ""},
		"other language": {"Python3.10", "index.main", []file{{"index.py", 0o644, "x"}}, ""},
		"missing":        {"Go1", "main", []file{{"other", 0o755, binary}}, "no file main at the root"},
		"not at root":    {"Go1", "main", []file{{"bin/main", 0o755, binary}}, "at the root of the package, not at bin/main"},
		"not executable": {"Go1", "main", []file{{"main", 0o644, binary}}, "not executable"},
		"no binary":      {"Go1", "main", []file{{"main", 0o755, "MZ..."}}, "not a Linux binary"},
		"cut off":        {"Go1", "main", []file{{"main", 0o755, binary[:20]}}, "not a sound ELF file"},
		"link":           {"Go1", "main", []file{{"main", fs.ModeSymlink | 0o777, "x"}}, "not a regular file"},
		"no bootstrap":   {"CustomRuntime", "main", []file{{"main", 0o755, binary}}, "no file bootstrap"},
		"windows":        {"CustomRuntime", "any", []file{{"bootstrap", 0o755, "#!/bin/bash\r\necho\r\n"}}, "line ends of Windows"},
		"no script":      {"CustomRuntime", "any", []file{{"bootstrap", 0o755, "echo"}}, "neither a Linux binary nor a script"},
		"empty":          {"Go1", "main", nil, "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			code := Code{zip: zipOf(t, c.files...)}
			f := Function{Name: "fn", Namespace: "default", Runtime: c.runtime, Handler: c.handler, Code: code}
			err := f.validate(codeLimit{inline: maxInline})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestZipFile(t *testing.T) {
	binary := contents(t, testCode(t).Zip())["main"].data
	path := filepath.Join(t.TempDir(), "x.zip")
	write := func(data []byte) { require.NoError(t, os.WriteFile(path, data, 0o644)) }
	write(zipOf(t, file{"readme", 0o644, "x"}, file{"handler", 0o755, binary}))
	c, err := ZipFile(path)
	require.NoError(t, err)
	require.Equal(t, [2]string{"Go1", "handler"}, [2]string{c.Runtime(), c.Handler()})
	write(zipOf(t, file{"a", 0o755, binary}, file{"b", 0o755, binary}))
	c, err = ZipFile(path)
	require.NoError(t, err)
	require.Empty(t, c.Runtime()+c.Handler(), "two binaries leave it open")
	write(zipOf(t, file{"bootstrap", 0o755, "#!/bin/sh\n"}))
	c, err = ZipFile(path)
	require.NoError(t, err)
	require.Equal(t, RuntimeCustom, c.Runtime())
	write([]byte("not a zip"))
	_, err = ZipFile(path)
	require.ErrorIs(t, err, ErrInvalid)
	write(zipOf(t, file{"../evil", 0o644, "x"}))
	_, err = ZipFile(path)
	require.ErrorContains(t, err, "leaves the package")
	_, err = ZipFile(path + "none")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestZipDir(t *testing.T) {
	binary := contents(t, testCode(t).Zip())["main"].data
	dir := t.TempDir()
	put := func(name, text string, mode fs.FileMode) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		require.NoError(t, os.Chmod(path, mode))
	}
	put("main", binary, 0o700)
	put("conf/a.json", "{}", 0o600)
	put("conf/b.log", "x", 0o644)
	put("notes.log", "x", 0o644)
	put("keep.log", "x", 0o644)
	put(".git/config", "x", 0o644)
	put("deep/tmp/x", "x", 0o644)
	put("deep/y", "y", 0o644)
	put(".scfignore", "# logs\n*.log\n!/keep.log\ntmp/\n", 0o644)
	require.NoError(t, os.Symlink("conf/a.json", filepath.Join(dir, "link.json")))
	require.NoError(t, os.Symlink("conf", filepath.Join(dir, "linked")))

	c, err := ZipDir(dir, "main")
	require.NoError(t, err)
	require.Equal(t, "Go1", c.Runtime())
	require.Equal(t, "main", c.Handler())
	require.Equal(t, map[string]file{
		"main": {"main", 0o755, binary}, "conf/a.json": {"conf/a.json", 0o644, "{}"}, "keep.log": {"keep.log", 0o644, "x"},
		"deep/y": {"deep/y", 0o644, "y"}, "link.json": {"link.json", 0o644, "{}"}, "linked/a.json": {"linked/a.json", 0o644, "{}"},
	}, contents(t, c.Zip()))

	require.NoError(t, os.Chtimes(filepath.Join(dir, "deep/y"), time.Now(), time.Unix(1, 0)))
	again, err := ZipDir(dir, "main")
	require.NoError(t, err)
	require.Equal(t, c.SHA256(), again.SHA256())

	require.NoError(t, os.Symlink("/etc/hosts", filepath.Join(dir, "out")))
	require.NoError(t, os.Symlink(".", filepath.Join(dir, "circle")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	_, err = ZipDir(dir, "main")
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorContains(t, err, "out: link that leaves the directory")
	require.ErrorContains(t, err, "circle: link in a circle")
	require.ErrorContains(t, err, "dangling: link that leads nowhere")
	put(".scfignore", "out\ncircle\ndangling\n", 0o644)
	_, err = ZipDir(dir, "main")
	require.NoError(t, err, "what is ignored is not looked at")
	_, err = ZipDir(dir+"none", "main")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestFromCOS(t *testing.T) {
	b := event.Bucket{Name: "code", AppID: "1250000000", Region: "ap-guangzhou"}
	c := FromCOS(b, "fn.zip")
	_, key, ok := c.Bucket()
	require.True(t, ok)
	require.Equal(t, "/fn.zip", key)
	require.Empty(t, c.SHA256())
	f := Function{Name: "fn", Namespace: "default", Runtime: "Go1", Handler: "main", Code: c}
	require.NoError(t, f.validate(codeLimit{region: "ap-guangzhou"}))
	f.Code = FromCOS(event.Bucket{Name: "code", AppID: "1250000000", Region: "ap-tokyo"}, "").WithSHA256("short")
	err := f.validate(codeLimit{region: "ap-guangzhou"})
	for _, want := range []string{"the bucket is in ap-tokyo", "no key", "no SHA-256"} {
		require.ErrorContains(t, err, want)
	}
	sum := testCode(t).SHA256()
	require.Equal(t, sum, testCode(t).WithSHA256("other").SHA256(), "a package in memory has its own")
}

func TestHashForms(t *testing.T) {
	hex := "5077f5203547b225b532434dd6fcf7c9897025d7581a9f3d474a7afee88bc696"
	require.Equal(t, hex, normalHash(" 5077F5203547B225B532434DD6FCF7C9897025D7581A9F3D474A7AFEE88BC696\n"))
	require.Equal(t, hex, normalHash("UHf1IDVHsiW1MkNN1vz3yYlwJddYGp89R0p6/uiLxpY="))
}
