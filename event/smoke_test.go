package event

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	p := []byte(`{"Records":[{"cos":{"cosBucket":{"appid":"1250000000","cosRegion":"ap-shanghai","name":"photos","region":"sh","s3Region":"ap-shanghai"},
 "cosNotificationId":"unkown",
 "cosObject":{"key":"/1250000000/photos/2022/a b.png","meta":{"Content-Type":"image/png","ETag":"\"0d7316832fef232e5dcdcf81f39bfdba\"",
   "x-cos-meta-owner":"li","x-cos-request-id":"NjI1OTNmOWNfNGIzN2YyMDlfMmJhZjVfNDJkZTBmYQ==","x-cos-storage-class":"Standard"},
   "size":557,"url":"http://photos-1250000000.cos.ap-shanghai.myqcloud.com/2022/a%20b.png","vid":""},
 "cosSchemaVersion":"1.0"},
"event":{"eventName":"cos:ObjectCreated:Put","eventQueue":"qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT",
 "eventSource":"qcs::cos","eventTime":1650016156,"eventVersion":"1.0","reqid":0,
 "requestParameters":{"requestHeaders":{"Authorization":"q-sign-algorithm=sha1&q-ak=x"},"requestSourceIP":"198.51.100.7"},"reservedInfo":""}}]}`)
	es, err := Decode(p)
	require.NoError(t, err)
	require.Len(t, es, 1)
	b := es[0].Common()
	require.Equal(t, "2022/a b.png", b.Object.Key)
	require.Equal(t, Bucket{"photos", "1250000000", "ap-shanghai"}, b.Bucket)
	require.IsType(t, &ObjectCreatedPut{}, es[0])
	t.Log(b.ID(), b.String(), b.Function)
	out, err := Encode(Notification{Records: []Record{*b.Record}})
	require.NoError(t, err)
	require.JSONEq(t, string(p), string(out))
}

func BenchmarkDecode(b *testing.B) {
	p := []byte(`{"Records":[{"cos":{"cosBucket":{"appid":"1250000000","cosRegion":"ap-shanghai","name":"photos","region":"sh","s3Region":"ap-shanghai"},"cosNotificationId":"unkown","cosObject":{"key":"/1250000000/photos/2022/a b.png","meta":{"Content-Type":"image/png","ETag":"\"0d7316832fef232e5dcdcf81f39bfdba\"","x-cos-meta-owner":"li","x-cos-request-id":"NjI1OTNmOWNfNGIzN2YyMDlfMmJhZjVfNDJkZTBmYQ==","x-cos-storage-class":"Standard"},"size":557,"url":"http://photos-1250000000.cos.ap-shanghai.myqcloud.com/2022/a%20b.png","vid":""},"cosSchemaVersion":"1.0"},"event":{"eventName":"cos:ObjectCreated:Put","eventQueue":"qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT","eventSource":"qcs::cos","eventTime":1650016156,"eventVersion":"1.0","reqid":0,"requestParameters":{"requestHeaders":{"Authorization":"q-sign-algorithm=sha1&q-ak=x"},"requestSourceIP":"198.51.100.7"},"reservedInfo":""}}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(p); err != nil {
			b.Fatal(err)
		}
	}
}
