package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/event/eventtest"
	"github.com/cosevent/cosevent-go/scf"
)

// options are the flags of single commands.
type options struct {
	runtime, out                         string
	memory, retries                      int
	timeout, since                       time.Duration
	description, role, topic             string
	env                                  pairs
	dryRun, async, follow, failed, check bool
	apply, disabled, keep                bool
	bucket, key, event, payload, request string
	prefix, suffix, output, others       string
	rules                                list
}

// pairs are flags of the form NAME=value.
type pairs map[string]string

func (p *pairs) String() string { return "" }

func (p *pairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("not like NAME=value")
	}
	if *p == nil {
		*p = pairs{}
	}
	(*p)[name] = value
	return nil
}

// list is a flag that may be repeated.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func (a *app) print(text string, doc any) error {
	a.progress.end()
	if !a.json {
		_, err := fmt.Fprintln(a.stdout, strings.TrimRight(text, "\n"))
		return err
	}
	return json.NewEncoder(a.stdout).Encode(doc)
}

func buildFlags(a *app, f *flag.FlagSet) {
	f.StringVar(&a.opt.runtime, "runtime", scf.RuntimeGo1, scf.RuntimeGo1+" or "+scf.RuntimeCustom)
	f.StringVar(&a.opt.out, "o", "function.zip", "zip `file` to write")
}

func runBuild(ctx context.Context, a *app, args []string) error {
	if err := want(args, "PACKAGE"); err != nil {
		return err
	}
	code, err := a.build(ctx, args[0])
	if err != nil {
		return err
	}
	if err := os.WriteFile(a.opt.out, code.Zip(), 0o644); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("%s: %d bytes, runtime %s, handler %s, sha256 %s", a.opt.out, code.Size(), code.Runtime(), code.Handler(), code.SHA256()),
		map[string]any{"file": a.opt.out, "size": code.Size(), "runtime": code.Runtime(), "handler": code.Handler(), "sha256": code.SHA256()})
}

func (a *app) build(ctx context.Context, pkg string) (scf.Code, error) {
	if strings.HasSuffix(pkg, ".zip") {
		return scf.ZipFile(pkg)
	}
	a.progress.line("build "+pkg, "")
	return scf.BuildGo(ctx, pkg, scf.WithRuntime(a.opt.runtime))
}

func deployFlags(a *app, f *flag.FlagSet) {
	f.StringVar(&a.opt.runtime, "runtime", scf.RuntimeGo1, scf.RuntimeGo1+" or "+scf.RuntimeCustom+", for a package that is built")
	f.IntVar(&a.opt.memory, "memory", 0, "memory in `MB`")
	f.DurationVar(&a.opt.timeout, "timeout", 0, "time-out of an invocation, in whole seconds")
	f.StringVar(&a.opt.description, "description", "", "`text`")
	f.StringVar(&a.opt.role, "role", "", "`name` of the execution role")
	f.Var(&a.opt.env, "env", "`NAME=value`, may be repeated; together they are the whole environment")
	f.IntVar(&a.opt.retries, "retries", -1, "retries of failed events: 0 to 2; -1 leaves them")
	f.StringVar(&a.opt.topic, "log", "", "`LOGSET/TOPIC` that the log goes to")
	f.StringVar(&a.upload, "upload", "", "send large packages through this `bucket` (name-appid)")
	f.BoolVar(&a.opt.dryRun, "n", false, "only say what would be done")
}

func runDeploy(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME", "PACKAGE|ZIP"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	f := scf.Function{
		Name: args[0], Memory: a.opt.memory, Timeout: a.opt.timeout, Description: a.opt.description, Role: a.opt.role, Environment: a.opt.env,
	}
	if a.opt.retries >= 0 {
		f.Retry = &scf.Retry{Attempts: a.opt.retries}
	}
	if a.opt.topic != "" {
		set, topic, _ := strings.Cut(a.opt.topic, "/")
		f.Log = &scf.Log{LogsetID: set, TopicID: topic}
	}
	if f.Code, err = a.build(ctx, args[1]); err != nil {
		return err
	}
	do := c.DeployReport
	if a.opt.dryRun {
		do = c.Preview
	}
	ch, err := do(ctx, f)
	if err != nil {
		return err
	}
	type difference struct{ Field, From, To, Reason string }
	differences := []difference{}
	for _, d := range ch.Differences {
		differences = append(differences, difference(d))
	}
	return a.print(ch.String(), map[string]any{
		"function": ch.Function, "change": ch.Change.String(), "reason": ch.Reason, "differences": differences, "dryRun": a.opt.dryRun})
}

func testFlags(a *app, f *flag.FlagSet) {
	f.StringVar(&a.opt.event, "event", string(event.TypeObjectCreatedPut), "`type` of the sample event")
	f.StringVar(&a.opt.bucket, "bucket", "", "`bucket` (name-appid) in the sample event")
	f.StringVar(&a.opt.key, "key", "", "object `key` in the sample event")
	f.StringVar(&a.opt.payload, "payload", "", "`file` to send in place of a sample event")
	f.BoolVar(&a.opt.async, "async", false, "do not wait for the result")
}

func runTest(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	payload, err := a.samplePayload()
	if err != nil {
		return err
	}
	if a.opt.async {
		id, err := c.InvokeAsync(ctx, args[0], payload)
		if err != nil {
			return err
		}
		return a.print("request "+id, map[string]any{"requestId": id})
	}
	a.progress.line(args[0]+": invoke", "")
	res, err := c.Invoke(ctx, args[0], payload)
	if res == nil {
		return err
	}
	text := fmt.Sprintf("%s\nrequest %s, %v, %.1f MB", res.Log, res.RequestID, res.Duration, float64(res.Memory)/(1<<20))
	if err == nil {
		text += "\nresult " + string(res.Payload)
	}
	doc := map[string]any{"requestId": res.RequestID, "log": res.Log, "durationMs": res.Duration.Seconds() * 1000, "memory": res.Memory, "ok": err == nil}
	if json.Valid(res.Payload) {
		doc["result"] = json.RawMessage(res.Payload)
	}
	if perr := a.print(strings.TrimLeft(text, "\n"), doc); perr != nil {
		return perr
	}
	return err
}

func (a *app) samplePayload() ([]byte, error) {
	if a.opt.payload != "" {
		return os.ReadFile(a.opt.payload)
	}
	t, err := event.ParseType(a.opt.event)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	var opts []eventtest.Option
	if a.opt.bucket != "" {
		b, err := a.bucket(a.opt.bucket)
		if err != nil {
			return nil, err
		}
		opts = append(opts, eventtest.Bucket(b))
	}
	if a.opt.key != "" {
		opts = append(opts, eventtest.Key(a.opt.key))
	}
	return eventtest.Sample(t, opts...), nil
}

func logsFlags(a *app, f *flag.FlagSet) {
	f.BoolVar(&a.opt.follow, "f", false, "wait for more until interrupted")
	f.DurationVar(&a.opt.since, "since", 0, "how far to go back; the default is an hour, with -f nothing")
	f.StringVar(&a.opt.request, "request", "", "only this request `id`")
	f.BoolVar(&a.opt.failed, "failed", false, "only invocations that failed")
}

func runLogs(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	q := scf.LogQuery{RequestID: a.opt.request, FailedOnly: a.opt.failed}
	if a.opt.since > 0 {
		q.Since = time.Now().Add(-a.opt.since)
	}
	logs := c.Logs
	if a.opt.follow {
		logs = c.Tail
	}
	for e, err := range logs(ctx, args[0], q) {
		if a.opt.follow && errors.Is(err, context.Canceled) {
			return nil // interrupted, as it is meant to be
		}
		if err != nil {
			return err
		}
		doc := map[string]any{"time": e.Time, "requestId": e.RequestID, "retry": e.RetryNum, "message": e.Message, "status": e.StatusCode, "platform": e.Platform}
		if e.Note != "" {
			doc["note"] = e.Note
		}
		if err := a.print(e.String(), doc); err != nil {
			return err
		}
	}
	return nil
}

func runDelete(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	if err := c.Delete(ctx, args[0]); err != nil {
		return err
	}
	return a.print(args[0]+": deleted", map[string]any{"function": args[0], "change": "deleted"})
}
