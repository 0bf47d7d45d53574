package costest_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos/costest"
)

var update = flag.Bool("update", false, "write the table of operations into doc.go")

// operationsTable is the table of the package document.
func operationsTable() string {
	var b strings.Builder
	for _, o := range costest.Operations() {
		row := fmt.Sprintf("//\t%-34s %-9s %s", o.Name, o.State, o.Request)
		if o.Note != "" {
			row += " (" + o.Note + ")"
		}
		b.WriteString(row + "\n")
	}
	return b.String()
}

func TestDocument(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(src), "// the routes by go generate.\n//\n")
	require.True(t, ok)
	i := strings.Index(rest, "//go:generate")
	require.GreaterOrEqual(t, i, 0)
	want := before + "// the routes by go generate.\n//\n" + operationsTable() + "//\n" + rest[i:]
	if *update {
		require.NoError(t, os.WriteFile("doc.go", []byte(want), 0o644))
		return
	}
	formatted, err := format.Source([]byte(want))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(formatted, src), "doc.go is not what the routes say: run go generate")
}

// Every operation of the table is asked for: those that are there answer something else than 501, those that are not answer 501
// with their name.
func TestTableIsTrue(t *testing.T) {
	s := costest.NewServer(t, costest.WithoutListener())
	require.NoError(t, s.CreateBucket(photos))
	require.NoError(t, s.Put(photos, "key", []byte("x")))
	client := signing(s)
	states := map[costest.State]int{}
	for _, o := range costest.Operations() {
		states[o.State]++
		method, rest, _ := strings.Cut(o.Request, " ")
		path, header, _ := strings.Cut(rest, " with ")
		if o.Name == "DeleteBucket" || o.Name == "DeleteObject" || o.Name == "GetService" {
			continue // they work, but not with what the others need
		}
		host := photos.Host()
		if p, ok := strings.CutSuffix(path, " at cos-control"); ok {
			path, host = p, "100000000001.cos-control.ap-guangzhou.myqcloud.com"
		}
		path = strings.Replace(path, "?ci-process", "?ci-process=detect-label", 1)
		req, err := http.NewRequest(method, "http://"+host+path, strings.NewReader(""))
		require.NoError(t, err)
		if header != "" {
			req.Header.Set(header, photos.Host()+"/key")
		}
		resp, err := client.Do(req)
		require.NoError(t, err)
		text := readAll(t, resp)
		if o.State == costest.NotImplemented {
			assert.Equal(t, http.StatusNotImplemented, resp.StatusCode, o.Name)
			if method != http.MethodHead {
				assert.Contains(t, text, o.Name)
			}
			continue
		}
		assert.NotEqual(t, http.StatusNotImplemented, resp.StatusCode, "%s: %s", o.Name, text)
		assert.NotEqual(t, http.StatusMethodNotAllowed, resp.StatusCode, "%s: %s", o.Name, text)
		log := s.Requests()
		assert.Equal(t, o.Name, log[len(log)-1].Op)
	}
	assert.Greater(t, states[costest.Complete], 40)
	assert.Equal(t, "complete", costest.Complete.String())
}
