// Emulator serves a COS and an SCF that belong together on one address, for programs in any language: a write to a bucket becomes
// an event, the event an invocation of a function. Nothing leaves this machine.
//
// One address takes COS requests (by Host header, or as an HTTP proxy), calls of the SCF and CLS API (by X-TC-Action), and
//
//	GET  /healthz                        ok once it serves
//	GET  /_cosevent/deliveries           what happened to each event, as JSON
//	POST /_cosevent/advance?by=1m        moves the clock
//
// Each flag can be given as an environment variable too: COSEVENT_ and its name in upper case, - as _.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/trigger/triggertest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr, func(string) {}))
}

// run serves until ctx ends and returns the exit status. ready is told the URL once it serves.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer, ready func(url string)) int {
	s, err := parse(args, lookup, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "emulator:", err)
		return 2
	}
	cloud, err := triggertest.Start(s.options(stderr)...)
	if err != nil {
		fmt.Fprintln(stderr, "emulator:", err)
		return 1
	}
	defer cloud.Close()
	for _, b := range s.buckets {
		if cloud.COSServer().HasBucket(b) {
			continue // kept in the data directory
		}
		if err := cloud.COSServer().CreateBucket(b); err != nil {
			fmt.Fprintf(stderr, "emulator: -bucket %s@%s: %v\n", b.Name, b.Region, err)
			return 2
		}
	}
	if !loopback(s.addr) {
		fmt.Fprintf(stderr, "emulator: warning: %s is not a loopback address: whoever reaches it and knows the credentials runs programs on this machine\n", s.addr)
	}
	if err := settingsText(stdout, cloud, s.buckets); err != nil {
		fmt.Fprintln(stderr, "emulator:", err)
		return 1
	}
	ready(cloud.URL())
	<-ctx.Done()
	fmt.Fprintln(stdout, "stopping")
	return 0
}

func (s *settings) options(stderr io.Writer) []triggertest.Option {
	var handler slog.Handler = slog.NewTextHandler(stderr, nil)
	if s.log == "json" {
		handler = slog.NewJSONHandler(stderr, nil)
	}
	opts := []triggertest.Option{
		triggertest.Addr(s.addr),
		triggertest.AppID(s.appID),
		triggertest.Credentials(s.secretID, s.secretKey),
		triggertest.KeepDeliveries(10_000),
		triggertest.Log(slog.New(handler)),
	}
	if s.data != "" {
		opts = append(opts, triggertest.WithCOS(costest.Dir(s.data)))
	}
	if s.clock == "manual" {
		opts = append(opts, triggertest.ManualClock())
	}
	return opts
}

// loopback reports whether only this machine reaches the address.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func firstBucket(buckets []event.Bucket, appID string) event.Bucket {
	if len(buckets) > 0 {
		return buckets[0]
	}
	return event.Bucket{Name: "photos", AppID: appID, Region: "ap-guangzhou"}
}
