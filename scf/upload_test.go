package scf_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
	"github.com/cosevent/cosevent-go/internal/faults"
	"github.com/cosevent/cosevent-go/internal/leak"
	"github.com/cosevent/cosevent-go/scf"
	"github.com/cosevent/cosevent-go/scf/scftest"
)

var packages = event.Bucket{Name: "packages", AppID: "1250000000", Region: region}

// large is a package that no request can carry: its content does not compress.
var large = sync.OnceValues(func() (scf.Code, error) {
	dir, err := os.MkdirTemp("", "scf-test-")
	if err != nil {
		return scf.Code{}, err
	}
	defer os.RemoveAll(dir)
	noise := make([]byte, 8<<20)
	var seed [32]byte
	_, _ = rand.NewChaCha8(seed).Read(noise)
	if err := os.WriteFile(filepath.Join(dir, "noise"), noise, 0o644); err != nil {
		return scf.Code{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		return scf.Code{}, err
	}
	return scf.ZipDir(dir, "bootstrap")
})

type uploadWorld struct {
	cos    *costest.Server
	scf    *scftest.Server
	client *scf.Client
	mu     sync.Mutex
	steps  []scf.Progress
}

func newUploadWorld(t *testing.T) *uploadWorld {
	w := &uploadWorld{cos: costest.NewServer(t)}
	require.NoError(t, w.cos.CreateBucket(packages))
	id, key := w.cos.Credentials()
	w.scf = scftest.NewServer(t, scftest.WithCredentials(id, key), scftest.WithCodeSource(func(b event.Bucket, key string) ([]byte, error) {
		o, err := w.cos.Get(event.Bucket{Name: b.Name, AppID: packages.AppID, Region: region}, key)
		if err != nil {
			return nil, err
		}
		return o.Body, nil
	}))
	var err error
	w.client, err = scf.New(common.NewCredential(id, key), region, scf.WithEndpoint(w.scf.URL()),
		scf.WithHTTPClient(&http.Client{Transport: w.scf.Transport()}),
		scf.WithUpload(packages, cos.WithEndpoint(w.cos.URL()), cos.WithHTTPClient(&http.Client{})),
		scf.WithBackoff(scf.Backoff{Min: time.Millisecond, Max: 2 * time.Millisecond}),
		scf.WithWait(scf.Wait{Min: time.Millisecond, Max: 2 * time.Millisecond}),
		scf.WithProgress(func(p scf.Progress) { w.mu.Lock(); defer w.mu.Unlock(); w.steps = append(w.steps, p) }))
	require.NoError(t, err)
	return w
}

func (w *uploadWorld) left(t *testing.T) int {
	objects, err := w.cos.List(packages, "")
	require.NoError(t, err)
	return len(objects)
}

func TestLargePackageGoesThroughBucket(t *testing.T) {
	leak.Check(t)
	ctx := context.Background()
	code, err := large()
	require.NoError(t, err)
	w := newUploadWorld(t)
	ch, err := w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: code})
	require.NoError(t, err)
	require.Equal(t, scf.Created, ch.Change)
	require.Zero(t, w.left(t), "the object is deleted")
	ch, err = w.client.DeployReport(ctx, scf.Function{Name: "fn", Code: code})
	require.NoError(t, err)
	require.Equal(t, scf.Unchanged, ch.Change, "by its hash, without another upload")
	uploads := []scf.Progress{}
	for _, p := range w.steps {
		if p.Stage == "upload" {
			uploads = append(uploads, p)
		}
	}
	require.Greater(t, len(uploads), 4)
	for i, p := range uploads {
		require.Equal(t, code.Size(), p.Total)
		require.True(t, i == 0 || p.Done > uploads[i-1].Done)
	}
	require.Equal(t, code.Size(), uploads[len(uploads)-1].Done)
}

// Whatever call fails, the object does not stay, and a second deployment succeeds.
func TestUploadWithFaults(t *testing.T) {
	code, err := large()
	require.NoError(t, err)
	for name, plan := range map[string]func(w *uploadWorld){
		"put 503":            func(w *uploadWorld) { w.cos.Faults().Fail("PutObject", 1, costest.Fault{Status: 503}) },
		"put dropped before": func(w *uploadWorld) { w.cos.Faults().Fail("PutObject", 1, costest.Fault{Drop: faults.Before}) },
		"put dropped after":  func(w *uploadWorld) { w.cos.Faults().Fail("PutObject", 1, costest.Fault{Drop: faults.After}) },
		"delete 503":         func(w *uploadWorld) { w.cos.Faults().Fail("DeleteObject", 1, costest.Fault{Status: 503}) },
		"delete dropped":     func(w *uploadWorld) { w.cos.Faults().Fail("DeleteObject", 1, costest.Fault{Drop: faults.Before}) },
		"create lost":        func(w *uploadWorld) { w.scf.Faults().Fail("CreateFunction", 1, scftest.Fault{Drop: faults.After}) },
		"create refused": func(w *uploadWorld) {
			w.scf.Faults().Fail("CreateFunction", 1, scftest.Fault{Code: "LimitExceeded.Function", Message: "50"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newUploadWorld(t)
			plan(w)
			_, err := w.client.Deploy(context.Background(), scf.Function{Name: "fn", Code: code})
			if name == "create refused" {
				require.ErrorIs(t, err, scf.ErrLimit)
			} else {
				require.NoError(t, err)
			}
			require.Zero(t, w.left(t))
			_, err = w.client.Deploy(context.Background(), scf.Function{Name: "fn", Code: code})
			require.NoError(t, err)
		})
	}
}

func TestUploadFails(t *testing.T) {
	code, err := large()
	require.NoError(t, err)
	w := newUploadWorld(t)
	w.cos.Faults().Fail("PutObject", 1, costest.Fault{Status: 403, Code: "AccessDenied"})
	_, err = w.client.Deploy(context.Background(), scf.Function{Name: "fn", Code: code})
	require.ErrorIs(t, err, cos.ErrDenied)
	require.ErrorContains(t, err, "package of function fn")
	_, err = w.client.Get(context.Background(), "fn")
	require.ErrorIs(t, err, scf.ErrNotFound)

	w.cos.Faults().Fail("DeleteObject", -1, costest.Fault{Status: 403, Code: "AccessDenied"})
	_, err = w.client.Deploy(context.Background(), scf.Function{Name: "fn", Code: code})
	require.ErrorContains(t, err, "the uploaded package cosevent-upload/default-fn-")
	require.ErrorContains(t, err, "is left in bucket packages-1250000000")
	require.NotContains(t, err.Error(), "Signature")
}
