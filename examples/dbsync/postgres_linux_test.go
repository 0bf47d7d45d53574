package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startPostgres runs a server of Debian's package postgresql on a loopback port, with its data in a temporary directory, and returns
// the DSN of a superuser. PostgreSQL does not run as root: then it runs as the user that the package made, or as nobody.
func startPostgres() (dsn string, stop func(), err error) {
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(bins) == 0 {
		return "", nil, errors.New("no PostgreSQL: set DBSYNC_POSTGRES to the DSN of a server, or install Debian's package postgresql")
	}
	bin := filepath.Dir(bins[len(bins)-1])
	dir, err := os.MkdirTemp("", "dbsync")
	if err != nil {
		return "", nil, err
	}
	attr, err := unprivileged(dir)
	halt := func() {}
	if err == nil {
		dsn, halt, err = serve(bin, dir, attr)
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dsn, func() { halt(); os.RemoveAll(dir) }, nil
}

// unprivileged returns how to run a process as a user other than root, to whom it gives the directory.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(dir, uid, gid)
}

func serve(bin, dir string, attr *syscall.SysProcAttr) (dsn string, stop func(), err error) {
	password, data, file := rand.Text(), filepath.Join(dir, "data"), filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return "", nil, err
	}
	if attr.Credential != nil {
		if err := os.Chown(file, int(attr.Credential.Uid), int(attr.Credential.Gid)); err != nil {
			return "", nil, err
		}
	}
	initdb := exec.Command(bin+"/initdb", "-D", data, "-U", "dbsync", "-A", "scram-sha-256", "--pwfile", file, "--no-sync", "--locale=C", "-E", "UTF8")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	for range 3 { // another process may take the port first
		port := freePort()
		stop, err = watch(exec.Command(bin+"/postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", dir, "-F"), dir, attr)
		if err == nil {
			return "postgres://dbsync:" + password + "@127.0.0.1:" + port + "/postgres?sslmode=disable", stop, nil
		}
	}
	return "", nil, err
}

func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "0"
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// watch starts the server and returns when it says that it is ready. It does not outlive the test: the kernel ends it with the
// thread that started it, which is why that one waits for it too.
func watch(cmd *exec.Cmd, dir string, attr *syscall.SysProcAttr) (stop func(), err error) {
	own := *attr
	own.Pdeathsig = syscall.SIGQUIT
	cmd.Dir, cmd.SysProcAttr = dir, &own
	log, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	started, ready, done := make(chan error, 1), make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		writer.Close()
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	var said bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		open := true
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if open {
				fmt.Fprintln(&said, lines.Text())
			}
			if open && strings.Contains(lines.Text(), "ready to accept connections") {
				open = false
				close(ready)
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGQUIT)
		<-done
		<-ended
	}
	select {
	case <-ready:
		return stop, nil
	case <-ended:
		return nil, fmt.Errorf("postgres ended:\n%s", said.String())
	case <-ctx.Done():
		stop()
		return nil, fmt.Errorf("postgres is not ready:\n%s", said.String())
	}
}
