package costest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/cosevent/cosevent-go/cos/costest"
)

// raw sends signed requests without the official client's own work, which is most of a small request's time.
func raw(b *testing.B, s *costest.Server, c *http.Client, method, key string, body []byte) {
	req, err := http.NewRequest(method, "http://"+photos.Host()+"/"+key, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	id, secret := s.Credentials()
	cossdk.AddAuthorizationHeader(id, secret, "", req, cossdk.NewAuthTime(3600e9))
	resp, err := c.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status, err)
	}
	resp.Body.Close()
}

func benchmarkRequests(b *testing.B, method string, size int) {
	s := costest.NewServer(b)
	if err := s.CreateBucket(photos); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, size)
	for i := range 1000 {
		if err := s.Put(photos, fmt.Sprintf("k%d", i), body); err != nil {
			b.Fatal(err)
		}
	}
	if method == http.MethodGet {
		body = nil
	}
	client := &http.Client{Transport: s.Transport()}
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			raw(b, s, client, method, fmt.Sprintf("k%d", i%1000), body)
		}
	})
}

func BenchmarkPut1KiB(b *testing.B) { benchmarkRequests(b, http.MethodPut, 1<<10) }
func BenchmarkGet1KiB(b *testing.B) { benchmarkRequests(b, http.MethodGet, 1<<10) }
func BenchmarkPut1MiB(b *testing.B) { benchmarkRequests(b, http.MethodPut, 1<<20) }

func BenchmarkListPage(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		s := costest.NewServer(b, costest.WithoutListener())
		if err := s.CreateBucket(photos); err != nil {
			b.Fatal(err)
		}
		for i := range n {
			if err := s.Put(photos, fmt.Sprintf("k%07d", i), nil); err != nil {
				b.Fatal(err)
			}
		}
		c := s.Client(photos)
		for name, marker := range map[string]string{"first": "", "middle": fmt.Sprintf("k%07d", n/2-500)} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				url := "http://" + photos.Host() + "/?max-keys=1000&marker=" + marker
				for b.Loop() {
					req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
					id, secret := s.Credentials()
					cossdk.AddAuthorizationHeader(id, secret, "", req, cossdk.NewAuthTime(3600e9))
					resp, err := (&http.Client{Transport: s.Transport()}).Do(req)
					if err != nil {
						b.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			})
		}
		_ = c
	}
}
