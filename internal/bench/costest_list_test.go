package bench

import (
	"bytes"
	"net/url"
	"runtime"
	"strconv"
	"testing"

	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// BenchmarkFakeList asks for pages of 1,000 keys, the first and one in the middle, of buckets of different sizes.
func BenchmarkFakeList(b *testing.B) {
	for _, keys := range []int{1000, 100_000} {
		for _, s := range []struct {
			name string
			make func(*testing.B) *fake
		}{{"costest", newCostest}, {"gofakes3", newGofakes3}} {
			b.Run(s.name+"/"+strconv.Itoa(keys), func(b *testing.B) {
				f := s.make(b)
				for i := range keys {
					f.load(keyOf(i), []byte("x"))
				}
				for page, marker := range map[string]string{"first": "", "middle": keyOf(keys/2 - 1)} {
					if keys == 1000 && page == "middle" {
						marker = "album/" // the whole thousand again, by a marker
					}
					b.Run(page, func(b *testing.B) {
						head := f.request("GET", "", "max-keys=1000&marker="+url.QueryEscape(marker), 0)
						c := dial(b, f.addr)
						defer c.close()
						for b.Loop() {
							if n, err := c.do(head, nil); err != nil || n < 100_000 {
								b.Fatal(n, err)
							}
						}
					})
				}
			})
		}
	}
}

// BenchmarkFakeHeap reports the live heap of an object of 1 KiB among 100,000, above its content.
func BenchmarkFakeHeap(b *testing.B) {
	b.Run("costest", func(b *testing.B) {
		for b.Loop() {
			server, err := costest.Start(costest.WithoutListener())
			if err != nil {
				b.Fatal(err)
			}
			if err := server.CreateBucket(objects); err != nil {
				b.Fatal(err)
			}
			heapOfObjects(b, server, func(key string, body []byte) error { return server.Put(objects, key, body) })
			server.Close()
		}
	})
	b.Run("gofakes3", func(b *testing.B) {
		for b.Loop() {
			backend := s3mem.New()
			if err := backend.CreateBucket("objects"); err != nil {
				b.Fatal(err)
			}
			heapOfObjects(b, backend, func(key string, body []byte) error {
				_, err := backend.PutObject("objects", key, map[string]string{}, bytes.NewReader(body), int64(len(body)), nil)
				return err
			})
		}
	})
}

// heapOfObjects fills a server and reports what it then holds.
func heapOfObjects(b *testing.B, server any, put func(key string, body []byte) error) {
	const n, size = 100_000, 1 << 10
	body := make([]byte, size)
	before := liveHeap()
	for i := range n {
		if err := put(keyOf(i), body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(int64(liveHeap())-int64(before))/n-size, "B/object")
	runtime.KeepAlive(server)
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
