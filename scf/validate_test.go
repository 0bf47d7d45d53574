package scf

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	code := testCode(t)
	env := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	for name, c := range map[string]struct {
		change func(*Function)
		field  string // "" is valid
	}{
		"plain": {func(f *Function) {}, ""},
		"all set": {func(f *Function) {
			f.Memory, f.Timeout, f.InitTimeout, f.Role = 3072, 900*time.Second, 300*time.Second, "my-role_1"
		}, ""},
		"name":              {func(f *Function) { f.Name = "1fn" }, "Name"},
		"name length 60":    {func(f *Function) { f.Name = strings.Repeat("a", 60) }, ""},
		"name length 61":    {func(f *Function) { f.Name = strings.Repeat("a", 61) }, "Name"},
		"namespace":         {func(f *Function) { f.Namespace = strings.Repeat("n", 31) }, "Namespace"},
		"description":       {func(f *Function) { f.Description = strings.Repeat("字", 1000) }, ""},
		"long description":  {func(f *Function) { f.Description = strings.Repeat("字", 1001) }, "Description"},
		"broken text":       {func(f *Function) { f.Description = "\xff" }, "Description"},
		"cleared":           {func(f *Function) { f.Description, f.Role = Clear, Clear }, ""},
		"memory 64":         {func(f *Function) { f.Memory = 64 }, ""},
		"memory 100":        {func(f *Function) { f.Memory = 100 }, "Memory"},
		"memory 192":        {func(f *Function) { f.Memory = 192 }, "Memory"},
		"memory 3200":       {func(f *Function) { f.Memory = 3200 }, "Memory"},
		"memory negative":   {func(f *Function) { f.Memory = -128 }, "Memory"},
		"half seconds":      {func(f *Function) { f.Timeout = 1500 * time.Millisecond }, "Timeout"},
		"timeout 901":       {func(f *Function) { f.Timeout = 901 * time.Second }, "Timeout"},
		"init 2":            {func(f *Function) { f.InitTimeout = 2 * time.Second }, "InitTimeout"},
		"env":               {func(f *Function) { f.Environment = env("API_KEY", "x", "aB1", "y") }, ""},
		"env empty map":     {func(f *Function) { f.Environment = env() }, ""},
		"env reserved":      {func(f *Function) { f.Environment = env("SCF_X", "x") }, "Environment[SCF_X]"},
		"env reserved low":  {func(f *Function) { f.Environment = env("tencentcloud_x", "x") }, "Environment[tencentcloud_x]"},
		"env name":          {func(f *Function) { f.Environment = env("A-B", "x") }, "Environment[A-B]"},
		"env short name":    {func(f *Function) { f.Environment = env("A", "x") }, "Environment[A]"},
		"env empty value":   {func(f *Function) { f.Environment = env("AB", "") }, "Environment[AB]"},
		"env 4096":          {func(f *Function) { f.Environment = env("AB", strings.Repeat("x", 4094)) }, ""},
		"env 4097":          {func(f *Function) { f.Environment = env("AB", strings.Repeat("x", 4095)) }, "Environment"},
		"role arn":          {func(f *Function) { f.Role = "qcs::cam::uin/1:roleName/x" }, "Role"},
		"half a network":    {func(f *Function) { f.VPC = &VPC{ID: "vpc-1"} }, "VPC"},
		"no network":        {func(f *Function) { f.VPC = &VPC{} }, ""},
		"half a log":        {func(f *Function) { f.Log = &Log{TopicID: "t"} }, "Log"},
		"retries":           {func(f *Function) { f.Retry = &Retry{Attempts: 3} }, "Retry.Attempts"},
		"short age":         {func(f *Function) { f.Retry = &Retry{MaxAge: time.Second} }, "Retry.MaxAge"},
		"retry":             {func(f *Function) { f.Retry = &Retry{} }, ""},
		"no code":           {func(f *Function) { f.Code = Code{} }, "Code"},
		"handler in a path": {func(f *Function) { f.Handler = "bin/main" }, "Handler"},
		"wrong handler":     {func(f *Function) { f.Handler = "other" }, "Code"},
		"no runtime":        {func(f *Function) { f.Runtime = "" }, "Runtime"},
		"no handler":        {func(f *Function) { f.Handler = "" }, "Handler"},
	} {
		t.Run(name, func(t *testing.T) {
			f := Function{Name: "fn", Namespace: "default", Runtime: "Go1", Handler: "main", Code: code}
			c.change(&f)
			err := f.validate(codeLimit{inline: maxInline, region: "ap-guangzhou"})
			if c.field == "" {
				require.NoError(t, err)
				return
			}
			var bad *InvalidError
			require.ErrorAs(t, err, &bad)
			require.Contains(t, bad.Error(), c.field+": ")
		})
	}
}

// Everything that is wrong is told at once, and nothing is sent.
func TestAllFaultsBeforeAnyCall(t *testing.T) {
	s := newStandIn(t, nil)
	c := s.client(t)
	f := Function{Name: "-", Namespace: "a b", Memory: 1, Timeout: 1, InitTimeout: 1, Role: "a/b", VPC: &VPC{ID: "x"}, Log: &Log{LogsetID: "x"},
		Retry: &Retry{Attempts: -1, MaxAge: 1}, Environment: map[string]string{"TENCENTCLOUD_SECRETKEY": "hunter2"}, Description: strings.Repeat("x", 1001)}
	fields := []string{"Name", "Namespace", "Description", "Runtime", "Handler", "Memory", "Timeout", "InitTimeout",
		"Environment[TENCENTCLOUD_SECRETKEY]", "Role", "VPC", "Log", "Retry.Attempts", "Retry.MaxAge", "Code"}
	for name, do := range map[string]func() error{
		"create":  func() error { return c.Create(context.Background(), f) },
		"deploy":  func() error { _, err := c.Deploy(context.Background(), f); return err },
		"preview": func() error { _, err := c.Preview(context.Background(), f); return err },
	} {
		err := do()
		var bad *InvalidError
		require.ErrorAs(t, err, &bad, name)
		var got []string
		for _, f := range bad.Faults {
			got = append(got, f.Field)
		}
		require.Equal(t, fields, got, name)
		require.NotContains(t, err.Error(), "hunter2")
	}
	_, err := c.Update(context.Background(), Function{Name: "fn", Memory: 1, Environment: map[string]string{"A": "x"}})
	require.ErrorContains(t, err, "Memory")
	require.ErrorContains(t, err, "Environment[A]")
	_, err = c.Update(context.Background(), Function{Name: "1"})
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorIs(t, c.SetRetry(context.Background(), "fn", Retry{Attempts: 9}), ErrInvalid)
	_, err = c.Invoke(context.Background(), "fn", []byte("{"))
	require.ErrorContains(t, err, "not JSON")
	_, err = c.Invoke(context.Background(), "fn", make([]byte, 6<<20+1))
	require.ErrorIs(t, err, ErrInvalid)
	_, err = c.InvokeAsync(context.Background(), "fn", make([]byte, 128<<10+1))
	require.ErrorContains(t, err, "131072")
	_, err = c.PublishVersion(context.Background(), "fn", strings.Repeat("x", 1001))
	require.ErrorIs(t, err, ErrInvalid)
	err = c.SetAlias(context.Background(), "fn", Alias{Name: "1", Version: "x", Weights: map[string]float64{"1": 0.6, "2": 0.6, "y": 2}})
	require.ErrorIs(t, err, ErrInvalid)
	for _, want := range []string{"Name: ", "Version: ", "for version y", "in all"} {
		require.ErrorContains(t, err, want)
	}
	require.ErrorIs(t, c.DeleteAlias(context.Background(), "fn", "$DEFAULT"), ErrInvalid)
	require.ErrorIs(t, c.DeleteVersion(context.Background(), "fn", "$LATEST"), ErrInvalid)
	for _, q := range []LogQuery{{RequestID: `x" OR "`}, {Since: time.Unix(2, 0), Until: time.Unix(1, 0)}, {Interval: -1}} {
		for _, err := range c.Logs(context.Background(), "fn", q) {
			require.ErrorIs(t, err, ErrInvalid)
		}
	}
	require.Empty(t, s.calls, "nothing was sent")
}

func TestTooLargeWithoutBucket(t *testing.T) {
	c := Code{zip: make([]byte, maxInline+1), hash: "x"}
	var bad faultList
	c.check(&bad, RuntimeGo1, "main", codeLimit{inline: maxInline})
	require.Contains(t, bad.err("x").Error(), "WithUpload")
	bad = nil
	c.check(&bad, RuntimeGo1, "main", codeLimit{inline: maxInline, uploads: true})
	require.NotContains(t, bad.err("x").Error(), "WithUpload")
}
