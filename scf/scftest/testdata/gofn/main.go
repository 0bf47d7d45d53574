// Command gofn is the function that the tests run as a process: the event says what to do.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/scf/function"
)

type order struct {
	Do   string
	Text string
	N    int
}

var calls int

func main() {
	fmt.Println("starting")
	switch os.Getenv("AT_START") {
	case "exit":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Hour)
	}
	function.Start(function.HandlerFunc(handle))
}

func handle(ctx context.Context, payload []byte) ([]byte, error) {
	calls++
	var o order
	if err := json.Unmarshal(payload, &o); err != nil {
		return nil, err
	}
	switch o.Do {
	case "print":
		for i := range o.N {
			fmt.Println(o.Text, i)
		}
		fmt.Fprint(os.Stderr, "unended")
	case "error":
		return nil, errors.New(o.Text)
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(o.N)
	case "sleep":
		fmt.Println("sleeping")
		time.Sleep(time.Hour)
	case "pause":
		time.Sleep(time.Duration(o.N) * time.Millisecond)
	case "hog":
		b := make([]byte, o.N<<20)
		for i := range b {
			b[i] = 1
		}
		time.Sleep(time.Hour)
		return b[:1], nil
	case "env":
		env := map[string]string{}
		for _, e := range os.Environ() {
			k, v, _ := strings.Cut(e, "=")
			env[k] = v
		}
		return json.Marshal(env)
	case "dir":
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		data, err := os.ReadFile("data/hello.txt")
		if err != nil {
			return nil, err
		}
		return json.Marshal(map[string]string{"wd": wd, "text": string(data), "tmp": os.TempDir()})
	case "child":
		c := exec.Command("sleep", "3600")
		if err := c.Start(); err != nil {
			return nil, err
		}
		return json.Marshal(c.Process.Pid)
	case "big":
		return []byte(`"` + strings.Repeat("x", o.N) + `"`), nil
	case "context":
		fc, _ := function.FromContext(ctx)
		return json.Marshal(fc)
	}
	return json.Marshal(map[string]int{"calls": calls, "pid": os.Getpid()})
}
