package scf

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
)

// checkEntry looks at the file the platform starts: it must be at the root, executable, and for the platform's machine.
func checkEntry(r *zip.Reader, name string, script bool) error {
	var entry *zip.File
	for _, f := range r.File {
		if f.Name == name {
			entry = f
			break
		}
	}
	if entry == nil {
		for _, f := range r.File {
			if strings.HasSuffix(f.Name, "/"+name) {
				return fmt.Errorf("%s must be at the root of the package, not at %s", name, f.Name)
			}
		}
		return fmt.Errorf("no file %s at the root of the package", name)
	}
	if !entry.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", name)
	}
	if entry.Mode().Perm()&0o111 == 0 {
		return fmt.Errorf("%s is not executable (mode %v)", name, entry.Mode().Perm())
	}
	if isELF(entry) {
		data, err := readEntry(entry)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := checkELF(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	if !script {
		return fmt.Errorf("%s is not a Linux binary; build it with GOOS=linux GOARCH=amd64", name)
	}
	return checkScript(entry)
}

func readEntry(f *zip.File) ([]byte, error) {
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	data, err := io.ReadAll(io.LimitReader(rc, maxUnpacked+1))
	if err == nil && len(data) > maxUnpacked {
		err = fmt.Errorf("more than %d MB", maxUnpacked>>20)
	}
	return data, err
}

func head(f *zip.File, n int) []byte {
	rc, err := f.Open()
	if err != nil {
		return nil
	}
	defer rc.Close()
	b := make([]byte, n)
	n, _ = io.ReadFull(rc, b)
	return b[:n]
}

func isELF(f *zip.File) bool { return string(head(f, 4)) == elf.ELFMAG }

// checkScript checks a bootstrap that is a script: the documented faults are a missing interpreter line and line ends of
// Windows, with both of which the start fails.
func checkScript(f *zip.File) error {
	b := head(f, 4096)
	if !bytes.HasPrefix(b, []byte("#!")) {
		return fmt.Errorf("%s is neither a Linux binary nor a script with an interpreter line", f.Name)
	}
	if line, _, _ := bytes.Cut(b, []byte("\n")); bytes.HasSuffix(line, []byte("\r")) {
		return fmt.Errorf("%s has the line ends of Windows", f.Name)
	}
	return nil
}

// checkELF checks that data is a program for Linux on x86-64, which is what functions run on.
func checkELF(data []byte) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return errors.New("not a sound ELF file: " + err.Error())
	}
	switch {
	case f.Machine != elf.EM_X86_64:
		return fmt.Errorf("built for %s, functions run on x86-64: build it with GOARCH=amd64", machine(f.Machine))
	case f.OSABI != elf.ELFOSABI_NONE && f.OSABI != elf.ELFOSABI_LINUX:
		return fmt.Errorf("built for %s: build it with GOOS=linux", f.OSABI)
	case f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN:
		return fmt.Errorf("%s is no program", f.Type)
	case f.Entry == 0:
		return errors.New("a shared library, not a program")
	}
	return nil
}

func machine(m elf.Machine) string {
	if m == elf.EM_AARCH64 {
		return "arm64"
	}
	return strings.TrimPrefix(m.String(), "EM_")
}
