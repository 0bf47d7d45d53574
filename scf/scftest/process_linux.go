package scftest

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const canRun = true

// childAttributes puts a child into a group of its own, and lets the kernel kill it when this program is gone.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// headroom is what a process may map beyond its memory limit: a Go program maps, without using, 64 MB at a time.
const headroom = 256 << 20

// limit sets the kernel's limits of a child: the documented 1,024 files, no core dumps, files of at most 512 MB, and private
// writable memory of the function's size and some headroom. The exact memory limit is watched besides.
func limit(pid int, memory int64) {
	for _, l := range []struct {
		resource int
		value    uint64
	}{
		{syscall.RLIMIT_NOFILE, 1024}, {syscall.RLIMIT_CORE, 0}, {syscall.RLIMIT_FSIZE, 512 << 20}, {syscall.RLIMIT_DATA, uint64(memory) + headroom},
	} {
		rl := syscall.Rlimit{Cur: l.value, Max: l.value}
		_, _, _ = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), uintptr(l.resource), uintptr(unsafe.Pointer(&rl)), 0, 0, 0)
	}
}

// residentMemory sums the resident memory of a process and its descendants.
func residentMemory(pid int) int64 {
	name := "/proc/" + strconv.Itoa(pid)
	data, err := os.ReadFile(name + "/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(data)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	total := pages * int64(os.Getpagesize())
	children, err := os.ReadFile(name + "/task/" + strconv.Itoa(pid) + "/children")
	if err != nil {
		return total
	}
	for _, c := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(c); err == nil {
			total += residentMemory(n)
		}
	}
	return total
}
