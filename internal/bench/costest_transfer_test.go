//go:build unix

package bench

import (
	"crypto/md5"
	"hash/crc64"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// clients is how many connections are busy at once.
const clients = 16

// contender is a server with its connections and requests.
type contender struct {
	name  string
	conns []*client
	heads [][]byte
	body  []byte
	want  int64 // bytes of each answer's body

	wall, cpu []time.Duration // of each round
	sent      int
}

func newContender(b *testing.B, name string, f *fake, method string, size int) *contender {
	const keys = 1000
	c := &contender{name: name}
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(i * 7)
	}
	for i := range keys {
		c.heads = append(c.heads, f.request(method, keyOf(i), "", size))
		if method == http.MethodGet {
			f.load(keyOf(i), body)
		}
	}
	if method == http.MethodGet {
		c.want = int64(size)
	} else {
		c.body = body
	}
	for range clients {
		conn := dial(b, f.addr)
		b.Cleanup(conn.close)
		c.conns = append(c.conns, conn)
	}
	return c
}

// round has every client send n requests.
func (c *contender) round(b *testing.B, n int) {
	start, cpu := time.Now(), processTime(b)
	var wg sync.WaitGroup
	for i, conn := range c.conns {
		wg.Go(func() {
			for j := range n {
				got, err := conn.do(c.heads[(c.sent+i*n+j)%len(c.heads)], c.body)
				if err != nil || got != c.want {
					b.Errorf("%s: %d bytes, %v", c.name, got, err)
					return
				}
			}
		})
	}
	wg.Wait()
	c.sent += n * len(c.conns)
	c.wall = append(c.wall, time.Since(start))
	c.cpu = append(c.cpu, processTime(b)-cpu)
}

// processTime is the processor's time of this process, clients and servers alike. It tells more than the clock on a machine that
// does other work too.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// transfer lets the servers take turns in short rounds, so that all meet the same weather, and reports the median rate of each, and
// how many times as fast as gofakes3 the fake COS and the whole cloud are: by the clock, and by the processor's time.
func transfer(b *testing.B, method string, size, n int) {
	ours := newContender(b, "costest", newCostest(b), method, size)
	cloud := newContender(b, "cloud", newCloud(b), method, size)
	theirs := newContender(b, "gofakes3", newGofakes3(b), method, size)
	all := []*contender{ours, cloud, theirs}
	for _, c := range all { // connections, pools and buffers are there
		c.round(b, n)
		c.wall, c.cpu = nil, nil
	}
	for b.Loop() {
		for _, c := range all {
			c.round(b, n)
		}
	}
	for _, c := range all {
		b.ReportMetric(float64(n*clients)/median(c.wall).Seconds(), c.name+"-req/s")
	}
	for _, c := range []*contender{ours, cloud} {
		b.ReportMetric(ratio(theirs.wall, c.wall), c.name+"-times")
		b.ReportMetric(ratio(theirs.cpu, c.cpu), c.name+"-times-by-cpu")
	}
}

func median(ds []time.Duration) time.Duration {
	ds = slices.Clone(ds)
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// ratio is the median of the quotients round by round.
func ratio(a, b []time.Duration) float64 {
	var qs []float64
	for i := range a {
		qs = append(qs, float64(a[i])/float64(b[i]))
	}
	slices.Sort(qs)
	return qs[len(qs)/2]
}

// Puts and gets of 1 KiB by 16 clients over loopback, against gofakes3 in memory, which does less: this module's fakes check
// signatures, compute CRC64 and compare every write with a rule.
func BenchmarkFakePut1KiB(b *testing.B) { transfer(b, http.MethodPut, 1<<10, 50) }
func BenchmarkFakeGet1KiB(b *testing.B) { transfer(b, http.MethodGet, 1<<10, 50) }

// Puts of 1 MiB. BenchmarkDigests1MiB is a floor: the MD5 of the content, which the ETag is.
func BenchmarkFakePut1MiB(b *testing.B) { transfer(b, http.MethodPut, 1<<20, 2) }

func BenchmarkDigests1MiB(b *testing.B) {
	body := make([]byte, 1<<20)
	table := crc64.MakeTable(crc64.ECMA)
	b.Run("md5", func(b *testing.B) {
		b.SetBytes(1 << 20)
		for b.Loop() {
			md5.Sum(body)
		}
	})
	b.Run("crc64", func(b *testing.B) {
		b.SetBytes(1 << 20)
		for b.Loop() {
			crc64.Checksum(body, table)
		}
	})
}
