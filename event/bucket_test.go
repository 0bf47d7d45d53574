package event

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBucketHost(t *testing.T) {
	photos := Bucket{"photos", "1250000000", "ap-guangzhou"}
	assert.Equal(t, "photos-1250000000", photos.ID())
	assert.Equal(t, "photos-1250000000.cos.ap-guangzhou.myqcloud.com", photos.Host())
	assert.Equal(t, "photos-1250000000@ap-guangzhou", photos.String())
	assert.Equal(t, "photos", Bucket{Name: "photos"}.String())
	for _, tt := range []struct {
		host string
		want Bucket
	}{
		{"photos-1250000000.cos.ap-guangzhou.myqcloud.com", photos},
		{"photos-1250000000.cos.ap-guangzhou.myqcloud.com:443", photos},
		{"Photos-1250000000.COS.ap-guangzhou.myqcloud.com.", photos},
		{"photos-1250000000.cos-internal.ap-guangzhou.tencentcos.cn", photos},
		{"photos-1250000000.cos.ap-guangzhou.tencentcos.cn", photos},
		{"photos-1250000000.cos-website.ap-guangzhou.myqcloud.com", photos},
		{"photos-1250000000.cosgz.myqcloud.com", photos},
		{"logs-1250000000.cosbj.myqcloud.com", Bucket{"logs", "1250000000", "ap-beijing"}},
		{"a-b-c-1250000000.costj.myqcloud.com", Bucket{"a-b-c", "1250000000", "ap-beijing-1"}},
		{"5401-5ff414-12345.cos.ap-shanghai.myqcloud.com", Bucket{"5401-5ff414", "12345", "ap-shanghai"}},
	} {
		have, err := ParseBucketHost(tt.host)
		assert.NoError(t, err, tt.host)
		assert.Equal(t, tt.want, have, tt.host)
	}
	for _, host := range []string{
		"", "photos", "photos-1250000000", "photos.cos.ap-guangzhou.myqcloud.com", "cos.ap-guangzhou.myqcloud.com",
		"photos-1250000000.cos.accelerate.myqcloud.com", "photos-1250000000.cos.ap-guangzhou.example.com", "photos-1250000000.cosxx.myqcloud.com",
		"photos-1250000000.s3.ap-guangzhou.myqcloud.com", "photos-1250000000.cos.guangzhou.myqcloud.com", "photos-1250000000.cos.ap-guangzhou.myqcloud.com:x",
		"http://photos-1250000000.cos.ap-guangzhou.myqcloud.com", "-1250000000.cos.ap-guangzhou.myqcloud.com",
	} {
		_, err := ParseBucketHost(host)
		assert.ErrorIs(t, err, ErrBucket, host)
	}
}

func TestParseBucket(t *testing.T) {
	for _, tt := range []struct {
		id, region string
		want       Bucket
	}{
		{"photos-1250000000", "ap-guangzhou", Bucket{"photos", "1250000000", "ap-guangzhou"}},
		{"photos-1250000000", "gz", Bucket{"photos", "1250000000", "ap-guangzhou"}},
		{"photos-2022-1250000000", "ap-beijing-fsi", Bucket{"photos-2022", "1250000000", "ap-beijing-fsi"}},
	} {
		have, err := ParseBucket(tt.id, tt.region)
		assert.NoError(t, err)
		assert.Equal(t, tt.want, have)
		assert.Equal(t, tt.id, have.ID())
	}
	for _, tt := range [][2]string{
		{"", "ap-guangzhou"}, {"photos", "ap-guangzhou"}, {"photos-2022", "ap-guangzhou"}, {"Photos-1250000000", "ap-guangzhou"},
		{"-1250000000", "ap-guangzhou"}, {"photos--", "ap-guangzhou"}, {"photos-1250000000", ""}, {"photos-1250000000", "guangzhou"},
		{"photos-1250000000", "AP-guangzhou"}, {"photos-1250000000", "ap--guangzhou"}, {"a_b-1250000000", "ap-guangzhou"},
		{"photos-1250000000", "ap-guangzhou.evil.example"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1250000000", "ap-guangzhou"},
	} {
		_, err := ParseBucket(tt[0], tt[1])
		assert.ErrorIs(t, err, ErrBucket, "%q", tt)
	}
}

// TestRegionCodes holds the whole table of short codes, both ways.
func TestRegionCodes(t *testing.T) {
	want := map[string]string{
		"gz": "ap-guangzhou", "sh": "ap-shanghai", "bj": "ap-beijing", "tj": "ap-beijing-1", "cd": "ap-chengdu", "hk": "ap-hongkong",
		"sgp": "ap-singapore", "ca": "na-toronto", "ger": "eu-frankfurt", "sg": "ap-singapore", "de": "eu-frankfurt", "nj": "ap-nanjing",
		"cq": "ap-chongqing", "tpe": "ap-taipei", "kr": "ap-seoul", "jp": "ap-tokyo", "th": "ap-bangkok", "jkt": "ap-jakarta", "in": "ap-mumbai",
		"usw": "na-siliconvalley", "use": "na-ashburn", "ru": "eu-moscow", "sao": "sa-saopaulo", "szx": "ap-shenzhen", "qy": "ap-qingyuan",
		"tsn": "ap-tianjin", "bjjr": "ap-beijing-fsi", "shjr": "ap-shanghai-fsi", "szjr": "ap-shenzhen-fsi",
	}
	assert.Len(t, regionCodes, len(want))
	second := map[string]bool{"sg": true, "de": true}
	for code, region := range want {
		assert.Equal(t, region, regionOf(code))
		assert.True(t, isRegion(region))
		if !second[code] {
			assert.Equal(t, code, Bucket{Region: region}.RegionCode())
		}
	}
	assert.Equal(t, "ap-nowhere", Bucket{Region: "ap-nowhere"}.RegionCode())
	assert.Empty(t, regionOf("xx"))
}

func TestParseTarget(t *testing.T) {
	for _, tt := range []struct {
		queue string
		want  Target
	}{
		{"qcs:0:lambda:sh:appid/1250000000:thumb", Target{"", "thumb", "", "ap-shanghai", "1250000000"}},
		{"qcs:0:lambda:gz:appid/1250000000:default.thumb.$LATEST", Target{"default", "thumb", "$LATEST", "ap-guangzhou", "1250000000"}},
		{"qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT", Target{"default", "thumb", "$DEFAULT", "ap-shanghai", "1250000000"}},
		{"qcs:0:scf:ap-shanghai:appid/1250000000:ns.thumb.12", Target{"ns", "thumb", "12", "ap-shanghai", "1250000000"}},
		{"qcs:0:scf:sh:appid/10000:testscf", Target{"", "testscf", "", "ap-shanghai", "10000"}},
		{"qcs:0:scf:cd:appid/1250000000:default.printevent.$LATEST", Target{"default", "printevent", "$LATEST", "ap-chengdu", "1250000000"}},
		{"qcs:0:cos:gz:1250000000:cos", Target{"", "", "", "ap-guangzhou", "1250000000"}},
		{"qcs:0:scf:xx:appid/1250000000:default.thumb.$DEFAULT", Target{"default", "thumb", "$DEFAULT", "xx", "1250000000"}},
		{"qcs:0:scf:sh:appid/1250000000:default.thumb", Target{"default", "thumb", "", "ap-shanghai", "1250000000"}},
	} {
		have, err := ParseTarget(tt.queue)
		assert.NoError(t, err, tt.queue)
		assert.Equal(t, tt.want, have, tt.queue)
	}
	for _, queue := range []string{"", "prose", "qcs:0:scf:sh:appid/1", "arn:0:scf:sh:appid/1250000000:f", "qcs:0:scf:sh:appid/1250000000:"} {
		_, err := ParseTarget(queue)
		assert.ErrorIs(t, err, ErrTarget, queue)
	}
	full := Target{"default", "thumb", "$DEFAULT", "ap-shanghai", "1250000000"}
	assert.Equal(t, "qcs:0:scf:ap-shanghai:appid/1250000000:default.thumb.$DEFAULT", full.Queue())
	assert.Equal(t, full.Queue(), Target{Name: "thumb", Region: "ap-shanghai", AppID: "1250000000"}.Queue())
	assert.Equal(t, "default/thumb:$DEFAULT", full.String())
	assert.Equal(t, "", Target{}.String())
	assert.True(t, Target{}.IsZero())
	assert.False(t, full.IsZero())
}
