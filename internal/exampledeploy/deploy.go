// Package exampledeploy is what the deploy programs of the examples share: each builds its example, makes a function of it and
// binds it to a bucket. They are programs of their own, so that nothing of package scf gets into the function's binary.
package exampledeploy

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/trigger"
)

// Example is a program under examples/ and what it needs in the cloud.
type Example struct {
	// Package is the import path of the function's program; its last part is the function's name.
	Package string
	// Prefix is the default of the flag -prefix: of the keys whose events the function gets. PrefixVariable, if not empty, is
	// the variable by which the function is told.
	Prefix, PrefixVariable string
	// Events are what the function is bound to, each with every one of Suffixes (none means any).
	Events   []event.Type
	Suffixes []string
	// Output is the key prefix under which the function writes, or what OutputVariable holds instead; a trigger over it is warned of.
	Output, OutputVariable string
	// Memory in MB and Timeout of the function.
	Memory  int
	Timeout time.Duration
	// Variables are handed on to the function if they are set where the deploy program runs.
	Variables []string
}

// Main runs the deploy program of an example and ends the process.
func Main(e Example) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := Run(ctx, e, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "deploy:", err)
		os.Exit(1)
	}
}

// Run deploys e as the flags in args say, or without -deploy says what it would do. Keys come from TENCENTCLOUD_SECRET_ID,
// TENCENTCLOUD_SECRET_KEY and, for temporary ones, TENCENTCLOUD_TOKEN; COSEVENT_ENDPOINT, if set, is where the calls go, such
// as the address of examples/emulator.
func Run(ctx context.Context, e Example, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("deploy", flag.ContinueOnError)
	flags.SetOutput(out)
	deploy := flags.Bool("deploy", false, "deploy; without it, only show what would be done")
	region := flags.String("region", "ap-guangzhou", "region of the bucket and the function")
	id := flags.String("bucket", "", "bucket whose events the function gets, like photos-1250000000")
	role := flags.String("role", "", "CAM role of the function; its README says what the role has to allow")
	prefix := flags.String("prefix", e.Prefix, "prefix of the keys whose events the function gets")
	if err := flags.Parse(args); err != nil {
		return err
	}
	bucket, err := event.ParseBucket(*id, *region)
	if err != nil {
		return fmt.Errorf("-bucket and -region: %w", err)
	}
	client, err := newClient(*region, getenv)
	if err != nil {
		return err
	}
	code, err := scf.BuildGo(ctx, e.Package)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "built %s: a zip of %.1f MB\n", e.Package, float64(code.Size())/1e6)
	f := e.function(code, *role, *prefix, getenv)
	do, says := client.Preview, "to do: "
	if *deploy {
		do, says = client.DeployReport, ""
	}
	change, err := do(ctx, f)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%sfunction %s\n", says, change)
	want := e.triggers(f.Name, bucket, *prefix)
	triggers := trigger.New(client)
	plan, err := triggers.Plan(ctx, f.Name, want, e.output(bucket, getenv)...)
	switch {
	case !*deploy && errors.Is(err, scf.ErrNotFound): // there is no function yet, so no triggers either
		for _, t := range want {
			fmt.Fprintf(out, "trigger %s on %s, keys %s*%s\n", t.Event, t.Bucket, t.Prefix, t.Suffix)
		}
	case err != nil:
		return err
	default:
		fmt.Fprintln(out, strings.TrimRight(plan.String(), "\n"))
	}
	if !*deploy {
		fmt.Fprintln(out, "nothing was changed: add -deploy to do it")
		return nil
	}
	return triggers.Apply(ctx, plan)
}

func newClient(region string, getenv func(string) string) (*scf.Client, error) {
	id, key := getenv("TENCENTCLOUD_SECRET_ID"), getenv("TENCENTCLOUD_SECRET_KEY")
	if id == "" || key == "" {
		return nil, errors.New("TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY must hold an API key")
	}
	var opts []scf.Option
	if endpoint := getenv("COSEVENT_ENDPOINT"); endpoint != "" {
		opts = append(opts, scf.WithEndpoint(endpoint))
	}
	return scf.New(common.NewTokenCredential(id, key, getenv("TENCENTCLOUD_TOKEN")), region, opts...)
}

func (e Example) function(code scf.Code, role, prefix string, getenv func(string) string) scf.Function {
	f := scf.Function{
		Name:        e.Package[strings.LastIndexByte(e.Package, '/')+1:],
		Description: "cosevent example",
		Code:        code,
		Memory:      e.Memory,
		Timeout:     e.Timeout,
		Role:        role,
		Environment: map[string]string{},
	}
	for _, name := range e.Variables {
		if v := getenv(name); v != "" {
			f.Environment[name] = v
		}
	}
	if e.PrefixVariable != "" {
		f.Environment[e.PrefixVariable] = prefix
	}
	return f
}

func (e Example) output(bucket event.Bucket, getenv func(string) string) []trigger.PlanOption {
	prefix := e.Output
	if v := getenv(e.OutputVariable); v != "" {
		prefix = v
	}
	if prefix == "" {
		return nil
	}
	return []trigger.PlanOption{trigger.WithOutput(bucket, prefix)}
}

func (e Example) triggers(function string, bucket event.Bucket, prefix string) (ts []trigger.Trigger) {
	suffixes := e.Suffixes
	if len(suffixes) == 0 {
		suffixes = []string{""}
	}
	for _, typ := range e.Events {
		for _, suffix := range suffixes {
			ts = append(ts, trigger.Trigger{Function: function, Bucket: bucket, Event: typ, Prefix: prefix, Suffix: suffix})
		}
	}
	return ts
}
