package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger"
)

var errPending = errors.New("there is something to do")

func bindFlags(a *app, f *flag.FlagSet) {
	f.StringVar(&a.opt.bucket, "bucket", "", "`bucket` (name-appid)")
	f.StringVar(&a.opt.event, "event", string(event.AnyObjectCreated), "event `type`")
	f.StringVar(&a.opt.prefix, "prefix", "", "keys that begin with `text`")
	f.StringVar(&a.opt.suffix, "suffix", "", "keys that end with `text`")
	f.BoolVar(&a.opt.disabled, "disabled", false, "bind, but do not call the function yet")
}

func runBind(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	b, err := a.bucket(a.opt.bucket)
	if err != nil {
		return err
	}
	t := trigger.Trigger{
		Function: args[0], Bucket: b, Event: event.Type(a.opt.event), Prefix: a.opt.prefix, Suffix: a.opt.suffix, Disabled: a.opt.disabled,
	}
	a.progress.line(args[0]+": bind "+b.ID(), "")
	if err := trigger.New(c).Bind(ctx, t); err != nil {
		return err
	}
	return a.print(args[0]+": bound, "+t.String(), ruleDoc("bound", t))
}

func ruleDoc(change string, t trigger.Trigger) map[string]any {
	return map[string]any{"change": change, "bucket": t.Bucket.ID(), "event": t.Event, "prefix": t.Prefix, "suffix": t.Suffix, "disabled": t.Disabled}
}

func planFlags(a *app, f *flag.FlagSet) {
	f.StringVar(&a.opt.bucket, "bucket", "", "`bucket` (name-appid) of the rules")
	f.Var(&a.opt.rules, "rule", "a wanted `EVENT,PREFIX,SUFFIX`; may be repeated; without any, no trigger is wanted")
	f.StringVar(&a.opt.output, "output", "", "`prefix` below which the function writes, to be warned of loops")
	f.StringVar(&a.opt.others, "others", "", "other `functions` to look at for rules in the way, separated by commas")
	f.BoolVar(&a.opt.keep, "keep", false, "leave triggers alone that no rule names")
	f.BoolVar(&a.opt.apply, "apply", false, "do it")
	f.BoolVar(&a.opt.check, "check", false, "exit with status 4 if there is something to do")
}

func runPlan(ctx context.Context, a *app, args []string) error {
	if err := want(args, "NAME"); err != nil {
		return err
	}
	c, err := a.client()
	if err != nil {
		return err
	}
	b, err := a.bucket(a.opt.bucket)
	if err != nil {
		return err
	}
	var wanted []trigger.Trigger
	for _, r := range a.opt.rules {
		parts := strings.Split(r, ",")
		if len(parts) > 3 {
			return fmt.Errorf("%w: rule %q is not EVENT,PREFIX,SUFFIX", errUsage, r)
		}
		parts = append(parts, "", "")
		wanted = append(wanted, trigger.Trigger{Function: args[0], Bucket: b, Event: event.Type(parts[0]), Prefix: parts[1], Suffix: parts[2]})
	}
	var opts []trigger.PlanOption
	if a.opt.output != "" {
		opts = append(opts, trigger.WithOutput(b, a.opt.output))
	}
	if a.opt.others != "" {
		opts = append(opts, trigger.WithFunctions(strings.Split(a.opt.others, ",")...))
	}
	if a.opt.keep {
		opts = append(opts, trigger.KeepOthers())
	}
	a.progress.line(args[0]+": plan", "")
	triggers := trigger.New(c)
	plan, err := triggers.Plan(ctx, args[0], wanted, opts...)
	if err != nil {
		return err
	}
	changes := []map[string]any{}
	for _, ch := range plan.Changes {
		changes = append(changes, ruleDoc(ch.Op.String(), ch.Trigger))
	}
	conflicts := []string{}
	for _, o := range plan.Conflicts {
		conflicts = append(conflicts, o.Error())
	}
	err = a.print(plan.String(), map[string]any{"changes": changes, "conflicts": conflicts, "warnings": plan.Warnings, "empty": plan.Empty()})
	switch {
	case err != nil:
		return err
	case a.opt.apply:
		a.progress.line(args[0]+": apply", "")
		return triggers.Apply(ctx, plan)
	case a.opt.check && !plan.Empty():
		return errPending
	}
	return nil
}
