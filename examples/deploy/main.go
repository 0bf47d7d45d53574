// Deploy builds a Go function, deploys it, binds it to a bucket, tests it and shows its log. It is small enough to copy.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
)

// Exit statuses.
const (
	exitOK       = 0
	exitFailed   = 1 // a call, a build or the service failed
	exitUsage    = 2 // wrong arguments or values
	exitFunction = 3 // the function itself failed
	exitPending  = 4 // plan -check: there is something to do
	exitStopped  = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// command is one of the program's commands.
type command struct {
	name, args, about string
	run               func(ctx context.Context, a *app, args []string) error
	flags             func(a *app, f *flag.FlagSet)
}

func commands() []command {
	return []command{
		{"build", "PACKAGE", "compile a Go package for the cloud and write the zip file", runBuild, buildFlags},
		{"deploy", "NAME PACKAGE|ZIP", "create the function, or update what differs", runDeploy, deployFlags},
		{"bind", "NAME", "have events of a bucket call the function", runBind, bindFlags},
		{"test", "NAME", "call the function with a sample event", runTest, testFlags},
		{"logs", "NAME", "show the function's log", runLogs, logsFlags},
		{"plan", "NAME", "compare the function's triggers with the wanted ones, and apply the difference", runPlan, planFlags},
		{"delete", "NAME", "delete the function with its triggers", runDelete, nil},
	}
}

// app is what the commands share.
type app struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	progress       *progress

	region, namespace, endpoint, upload string
	json, quiet                         bool
	opt                                 options
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help" {
		usage(stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitOK
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		a := &app{getenv: getenv, stdout: stdout, stderr: stderr}
		f := flag.NewFlagSet("deploy "+c.name, flag.ContinueOnError)
		f.SetOutput(stderr)
		f.Usage = func() {
			fmt.Fprintf(f.Output(), "deploy %s [flags] %s\n%s\n\n", c.name, c.args, c.about)
			f.PrintDefaults()
		}
		a.common(f)
		if c.flags != nil {
			c.flags(a, f)
		}
		if err := f.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
			return exitOK
		} else if err != nil {
			return exitUsage
		}
		a.progress = newProgress(stderr, a.quiet)
		err := c.run(ctx, a, f.Args())
		a.progress.end()
		return a.exit(ctx, err)
	}
	fmt.Fprintf(stderr, "deploy: no command %q\n\n", args[0])
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "deploy COMMAND [flags] ARGUMENTS\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-7s %-17s %s\n", c.name, c.args, c.about)
	}
	fmt.Fprint(w, `
"deploy COMMAND -h" lists the flags. Credentials: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_TOKEN.
Exit status: 0 done, 1 failed, 2 wrong arguments, 3 the function failed, 4 plan -check found differences, 130 interrupted.
`)
}

func (a *app) common(f *flag.FlagSet) {
	f.StringVar(&a.region, "region", first(a.getenv("TENCENTCLOUD_REGION"), "ap-guangzhou"), "`region` of function and bucket")
	f.StringVar(&a.namespace, "namespace", scf.DefaultNamespace, "`namespace` of the function")
	f.StringVar(&a.endpoint, "endpoint", a.getenv("COSEVENT_ENDPOINT"), "send every call to this `URL` (an emulator)")
	f.BoolVar(&a.json, "json", false, "print results as JSON, one document a line")
	f.BoolVar(&a.quiet, "q", false, "no progress")
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var errUsage = errors.New("wrong arguments")

// want checks the number of arguments.
func want(args []string, names ...string) error {
	if len(args) != len(names) {
		return fmt.Errorf("%w: wanted %v, got %d", errUsage, names, len(args))
	}
	return nil
}

func (a *app) client() (*scf.Client, error) {
	id, key := a.getenv("TENCENTCLOUD_SECRET_ID"), a.getenv("TENCENTCLOUD_SECRET_KEY")
	if id == "" || key == "" {
		return nil, fmt.Errorf("%w: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set", errUsage)
	}
	opts := []scf.Option{scf.WithNamespace(a.namespace), scf.WithEndpoint(a.endpoint), scf.WithProgress(a.progress.show)}
	if a.upload != "" {
		b, err := a.bucket(a.upload)
		if err != nil {
			return nil, err
		}
		opts = append(opts, scf.WithUpload(b))
	}
	return scf.New(common.NewTokenCredential(id, key, a.getenv("TENCENTCLOUD_TOKEN")), a.region, opts...)
}

func (a *app) bucket(id string) (event.Bucket, error) {
	b, err := event.ParseBucket(id, a.region)
	if err != nil {
		return b, fmt.Errorf("%w: %w", errUsage, err)
	}
	return b, nil
}

// exit tells the error and returns the status for it.
func (a *app) exit(ctx context.Context, err error) int {
	var fe *scf.FunctionError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(a.stderr, "deploy: interrupted")
		return exitStopped
	case errors.Is(err, errPending):
		return exitPending
	case errors.As(err, &fe):
		fmt.Fprintln(a.stderr, "deploy:", err)
		if trace := fe.Trace(); trace != "" {
			fmt.Fprintln(a.stderr, trace)
		}
		return exitFunction
	}
	fmt.Fprintln(a.stderr, "deploy:", err)
	if errors.Is(err, errUsage) || errors.Is(err, scf.ErrInvalid) {
		return exitUsage
	}
	return exitFailed
}
