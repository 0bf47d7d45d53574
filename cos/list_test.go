package cos_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosevent/cosevent-go/cos"
	"github.com/cosevent/cosevent-go/cos/costest"
	"github.com/cosevent/cosevent-go/event"
)

func listed(t *testing.T, o *cos.Objects, prefix string, opts ...cos.ListOption) (keys []string) {
	t.Helper()
	for info, err := range o.List(t.Context(), photos, prefix, opts...) {
		require.NoError(t, err)
		keys = append(keys, info.Key)
	}
	return keys
}

func TestList(t *testing.T) {
	s, o, _ := cloud(t)
	want := []string{"a", "a b", "a%2Fb", "a&b", "a+b", "a/", "a/b", "a/c/d", "a?#", "a\x01", "b", "中文/图 片.png"}
	for _, key := range want {
		require.NoError(t, s.Put(photos, key, []byte("of "+key)))
	}
	all, err := s.Keys(photos, "")
	require.NoError(t, err)
	require.ElementsMatch(t, want, all)
	for size := 1; size <= len(all)+1; size++ {
		assert.Equal(t, all, listed(t, o, "", cos.PageSize(size)), "pages of %d", size)
	}
	assert.Equal(t, all, listed(t, o, ""))
	assert.Equal(t, []string{"a/", "a/b", "a/c/d"}, listed(t, o, "a/"))
	assert.Equal(t, []string{"a/c/d"}, listed(t, o, "a/", cos.After("a/b")))
	assert.Equal(t, []string{"a+b"}, listed(t, o, "a+"))
	assert.Equal(t, []string{"中文/图 片.png"}, listed(t, o, "中"))
	assert.Empty(t, listed(t, o, "none"))
	for _, key := range all {
		rest := listed(t, o, "", cos.After(key), cos.PageSize(2))
		assert.NotContains(t, rest, key)
		assert.Len(t, rest, len(all)-1-indexOf(all, key))
	}

	for info, err := range o.List(t.Context(), photos, "a b") {
		require.NoError(t, err)
		now, err := o.Stat(t.Context(), photos, info.Key)
		require.NoError(t, err)
		assert.Equal(t, &cos.Info{Bucket: photos, Key: "a b", Size: 6, ETag: now.ETag, StorageClass: "STANDARD", LastModified: now.LastModified},
			&cos.Info{Bucket: info.Bucket, Key: info.Key, Size: info.Size, ETag: info.ETag, StorageClass: info.StorageClass, LastModified: info.LastModified.Truncate(1e9)})
	}
}

func indexOf(keys []string, key string) int {
	for i, k := range keys {
		if k == key {
			return i
		}
	}
	return -1
}

func TestListOfManyPages(t *testing.T) {
	s := costest.NewServer(t)
	require.NoError(t, s.CreateBucket(photos))
	o := intercepted(s, func(*http.Request) (*http.Response, error) { return nil, nil })
	var want []string
	for i := range 2500 {
		want = append(want, fmt.Sprintf("k%05d", i))
		require.NoError(t, s.Put(photos, want[i], nil))
	}
	before := len(s.Requests())
	assert.Equal(t, want, listed(t, o, "k"))
	assert.Len(t, s.Requests()[before:], 3)
	before = len(s.Requests())
	for range o.List(t.Context(), photos, "") {
		break
	}
	assert.Len(t, s.Requests()[before:], 1, "no page that nobody asked for")
}

func TestListThatFails(t *testing.T) {
	s, o, _ := cloud(t)
	require.NoError(t, s.Put(photos, "a", nil))
	none := event.Bucket{Name: "none", AppID: photos.AppID, Region: photos.Region}
	page := func(document string) *cos.Objects {
		return intercepted(s, func(*http.Request) (*http.Response, error) { return xmlAnswer(200, document), nil })
	}
	for name, c := range map[string]struct {
		o      *cos.Objects
		bucket event.Bucket
		opts   []cos.ListOption
		kind   error
		text   string
	}{
		"no bucket":    {o, none, nil, cos.ErrBucketNotFound, "list none-1250000000"},
		"wrong bucket": {o, event.Bucket{Name: "x"}, nil, nil, "appid"},
		"page size":    {o, photos, []cos.ListOption{cos.PageSize(1001)}, nil, "1 to 1000"},
		"no XML":       {page("hello"), photos, nil, nil, "XML"},
		"other XML":    {page("<Other/>"), photos, nil, nil, "XML"},
		"bad key":      {page("<ListBucketResult><Contents><Key>%zz</Key></Contents></ListBucketResult>"), photos, nil, nil, "%zz"},
		"no way on":    {page("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"), photos, nil, nil, "not where"},
		"in a circle":  {page("<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker></ListBucketResult>"), photos, []cos.ListOption{cos.After("a")}, nil, "not where"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			for info, err := range c.o.List(t.Context(), c.bucket, "", c.opts...) {
				n++
				assert.Nil(t, info)
				require.Error(t, err)
				if c.kind != nil {
					require.ErrorIs(t, err, c.kind)
				}
				assert.Contains(t, err.Error(), c.text)
				assert.False(t, strings.Contains(err.Error(), "\n"))
			}
			assert.Equal(t, 1, n)
		})
	}
}

func TestTags(t *testing.T) {
	s, o, _ := cloud(t)
	require.NoError(t, s.Put(photos, "a?b", []byte("x")))
	tags, err := o.Tags(t.Context(), photos, "a?b")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{}, tags)
	want := map[string]string{"label:cat": "96", "team": "a & <b>", "空": "格"}
	require.NoError(t, o.SetTags(t.Context(), photos, "a?b", want))
	tags, err = o.Tags(t.Context(), photos, "a?b")
	require.NoError(t, err)
	assert.Equal(t, want, tags)
	require.NoError(t, o.SetTags(t.Context(), photos, "a?b", nil))
	tags, err = o.Tags(t.Context(), photos, "a?b")
	require.NoError(t, err)
	assert.Empty(t, tags)

	_, err = o.Tags(t.Context(), photos, "none")
	require.ErrorIs(t, err, cos.ErrNotFound)
	require.ErrorIs(t, o.SetTags(t.Context(), photos, "none", want), cos.ErrNotFound)
	require.Error(t, o.SetTags(t.Context(), photos, "", want))

	require.NoError(t, o.Put(t.Context(), photos, "b", strings.NewReader("x"), cos.Tags(want)))
	tags, err = o.Tags(t.Context(), photos, "b")
	require.NoError(t, err)
	assert.Equal(t, want, tags)
}

func TestOpenKey(t *testing.T) {
	_, o, events := cloud(t)
	require.NoError(t, o.Put(t.Context(), photos, "a", strings.NewReader("one")))
	r, err := o.OpenKey(t.Context(), photos, "a", cos.Range(1, 1))
	require.NoError(t, err)
	b := make([]byte, 3)
	n, _ := r.Read(b)
	require.NoError(t, r.Close())
	assert.Equal(t, "n", string(b[:n]))
	<-events
	_, err = o.OpenKey(t.Context(), photos, "none")
	require.ErrorIs(t, err, cos.ErrNotFound)
	_, err = o.OpenKey(t.Context(), photos, "")
	require.Error(t, err)
	_, err = o.OpenKey(t.Context(), photos, "a", cos.IfUnchanged())
	require.ErrorIs(t, err, cos.ErrUnverifiable)
	_, err = o.OpenKey(t.Context(), photos, "a", cos.Version("none"))
	require.Error(t, err)
}
