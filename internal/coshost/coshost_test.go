package coshost_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cosevent/cosevent-go/internal/coshost"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		host string
		want coshost.Host
		ok   bool
	}{
		{"photos-1250000000.cos.ap-guangzhou.myqcloud.com", coshost.Host{"photos-1250000000", "ap-guangzhou", "cos"}, true},
		{"Photos-1250000000.COS.ap-guangzhou.myqcloud.com.:80", coshost.Host{"photos-1250000000", "ap-guangzhou", "cos"}, true},
		{"photos-1250000000.cos-internal.ap-guangzhou.tencentcos.cn", coshost.Host{"photos-1250000000", "ap-guangzhou", "cos-internal"}, true},
		{"photos-1250000000.cos-website.ap-guangzhou.myqcloud.com", coshost.Host{"photos-1250000000", "ap-guangzhou", coshost.Website}, true},
		{"photos-1250000000.cos-dualstack.ap-guangzhou.myqcloud.com", coshost.Host{"photos-1250000000", "ap-guangzhou", "cos-dualstack"}, true},
		{"photos-1250000000.cos.accelerate.myqcloud.com", coshost.Host{"photos-1250000000", "", "cos"}, true},
		{"photos-1250000000.ci.ap-guangzhou.myqcloud.com", coshost.Host{"photos-1250000000", "ap-guangzhou", coshost.CI}, true},
		{"photos-1250000000.pic.ap-guangzhou.myqcloud.com", coshost.Host{"photos-1250000000", "ap-guangzhou", "pic"}, true},
		{"photos-1250000000.cosbj.myqcloud.com", coshost.Host{"photos-1250000000", "ap-beijing", "cos"}, true},
		{"100000000001.cos-control.ap-guangzhou.myqcloud.com", coshost.Host{"100000000001", "ap-guangzhou", coshost.Control}, true},
		{"cos.ap-guangzhou.myqcloud.com", coshost.Host{"", "ap-guangzhou", "cos"}, true},
		{"service.cos.myqcloud.com", coshost.Host{Zone: "cos"}, true},
		{"scf.tencentcloudapi.com", coshost.Host{}, false},
		{"photos-1250000000.cosxx.myqcloud.com", coshost.Host{"photos-1250000000", "", "cos"}, false},
		{"127.0.0.1:9000", coshost.Host{}, false},
		{"[::1]:9000", coshost.Host{}, false},
		{"myqcloud.com", coshost.Host{}, false},
		{"", coshost.Host{}, false},
	} {
		got, ok := coshost.Parse(tt.host)
		assert.Equal(t, tt.ok, ok, tt.host)
		assert.Equal(t, tt.ok, coshost.Is(tt.host), tt.host)
		if tt.ok {
			assert.Equal(t, tt.want, got, tt.host)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("photos-1250000000.cos.ap-guangzhou.myqcloud.com")
	f.Add("service.cos.myqcloud.com:443")
	f.Add("a.cosbj.myqcloud.com.")
	f.Fuzz(func(t *testing.T, host string) {
		h, ok := coshost.Parse(host)
		if !ok {
			return
		}
		if h.Zone == "" {
			t.Fatalf("%q: no zone", host)
		}
		// What was understood names the same when it is written again.
		if h.Bucket == "" || h.Region == "" {
			return
		}
		again, ok := coshost.Parse(h.Bucket + "." + h.Zone + "." + h.Region + ".myqcloud.com")
		if !ok || again != h {
			t.Fatalf("%q: %+v, written again %+v", host, h, again)
		}
	})
}
