package scftest

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// layer holds what was published under a name; versions count from 1 and keep their numbers. Layers are stored, not mounted:
// code that needs one carries it in its own package here.
type layer struct {
	name     string
	versions map[int64]*layerVersion
	next     int64
}

type layerVersion struct {
	number               int64
	runtimes             []*string
	description, license string
	added                time.Time
	size                 int
	sha                  string
	tags                 []*scfsdk.Tag
}

const maxLayers = 5 // of a function

var layerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// checkLayers checks the layers of a function; one with an empty name clears them. The lock is held.
func (s *Server) checkLayers(r *region, list []*scfsdk.LayerVersionSimple) ([]*scfsdk.LayerVersionSimple, error) {
	var out []*scfsdk.LayerVersionSimple
	for _, l := range list {
		if str(l.LayerName) == "" && val(l.LayerVersion) == 0 {
			continue
		}
		if s.layerInfo(r, str(l.LayerName), val(l.LayerVersion)) == nil {
			return nil, noLayerVersion(str(l.LayerName), val(l.LayerVersion))
		}
		out = append(out, l)
	}
	if len(out) > maxLayers {
		return nil, fail("InvalidParameterValue.Layers", "Layers数量超出限制: %d，最多%d个", "Layers has %d members, at most %d", len(out), maxLayers)
	}
	return out, nil
}

func (s *Server) layerInfo(r *region, name string, number int64) *layerVersionInfo {
	if l := r.layers[name]; l != nil {
		if v := l.versions[number]; v != nil {
			return v.info(name)
		}
	}
	return nil
}

func (v *layerVersion) info(name string) *layerVersionInfo {
	return &layerVersionInfo{Tags: v.tags, LayerVersionInfo: scfsdk.LayerVersionInfo{
		CompatibleRuntimes: v.runtimes, AddTime: ptr(stamp(v.added)), Description: ptr(v.description), LicenseInfo: ptr(v.license),
		LayerVersion: ptr(v.number), LayerName: ptr(name), Status: ptr(statusActive), Stamp: ptr(""),
	}}
}

func publishLayerVersion(c *call, p *publishLayerParams) (*scfsdk.PublishLayerVersionResponseParams, error) {
	name := str(p.LayerName)
	if name == "" {
		return nil, missing("LayerName")
	}
	if !layerName.MatchString(name) {
		return nil, fail("InvalidParameterValue.LayerName", "LayerName不合法: %q，须为1到64个字母、数字、-和_，以字母开头", "LayerName %q is not valid: 1 to 64 letters, digits, - and _, beginning with a letter", name)
	}
	if len(p.CompatibleRuntimes) == 0 {
		return nil, missing("CompatibleRuntimes")
	}
	for _, r := range p.CompatibleRuntimes {
		if !slices.Contains(runtimes, str(r)) {
			return nil, unknownRuntime("InvalidParameterValue.CompatibleRuntimes", str(r))
		}
	}
	pkg, err := c.load(c.region, sourceOf(p.Content))
	if err != nil {
		return nil, err
	}
	sha := sha256.Sum256(pkg.zip)
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.Server.region(c.region)
	l := r.layers[name]
	if l == nil {
		l = &layer{name: name, versions: map[int64]*layerVersion{}}
		r.layers[name] = l
	}
	l.next++
	l.versions[l.next] = &layerVersion{
		number: l.next, runtimes: p.CompatibleRuntimes, description: str(p.Description), license: str(p.LicenseInfo), added: c.clock.Now(),
		size: len(pkg.zip), sha: hex.EncodeToString(sha[:]), tags: p.Tags,
	}
	return &scfsdk.PublishLayerVersionResponseParams{LayerVersion: ptr(l.next)}, nil
}

// layer finds a layer's version. The lock is held.
func (c *call) layerVersion(name *string, number *int64) (*layer, *layerVersion, error) {
	if str(name) == "" {
		return nil, nil, missing("LayerName")
	}
	if number == nil {
		return nil, nil, missing("LayerVersion")
	}
	l := c.Server.region(c.region).layers[*name]
	if l == nil {
		return nil, nil, noLayer(*name)
	}
	v := l.versions[*number]
	if v == nil {
		return nil, nil, noLayerVersion(*name, *number)
	}
	return l, v, nil
}

func getLayerVersion(c *call, p *scfsdk.GetLayerVersionRequestParams) (*getLayerVersionAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, v, err := c.layerVersion(p.LayerName, p.LayerVersion)
	if err != nil {
		return nil, err
	}
	return &getLayerVersionAnswer{Tags: v.tags, GetLayerVersionResponseParams: scfsdk.GetLayerVersionResponseParams{
		CompatibleRuntimes: v.runtimes, CodeSha256: ptr(v.sha), Location: ptr(""), AddTime: ptr(stamp(v.added)), Description: ptr(v.description),
		LicenseInfo: ptr(v.license), LayerVersion: ptr(v.number), LayerName: ptr(l.name), Status: ptr(statusActive),
	}}, nil
}

func deleteLayerVersion(c *call, p *scfsdk.DeleteLayerVersionRequestParams) (*scfsdk.DeleteLayerVersionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, v, err := c.layerVersion(p.LayerName, p.LayerVersion)
	if err != nil {
		return nil, err
	}
	delete(l.versions, v.number)
	if len(l.versions) == 0 {
		delete(c.Server.region(c.region).layers, l.name)
	}
	return &scfsdk.DeleteLayerVersionResponseParams{}, nil
}

func listLayerVersions(c *call, p *scfsdk.ListLayerVersionsRequestParams) (*listLayerVersionsAnswer, error) {
	if str(p.LayerName) == "" {
		return nil, missing("LayerName")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.Server.region(c.region).layers[*p.LayerName]
	if l == nil {
		return nil, noLayer(*p.LayerName)
	}
	resp := &listLayerVersionsAnswer{}
	for n := l.next; n > 0; n-- {
		if v := l.versions[n]; v != nil && v.fits(p.CompatibleRuntime) {
			resp.LayerVersions = append(resp.LayerVersions, v.info(l.name))
		}
	}
	return resp, nil
}

func (v *layerVersion) fits(runtimes []*string) bool {
	if len(runtimes) == 0 {
		return true
	}
	for _, want := range runtimes {
		for _, have := range v.runtimes {
			if str(want) == str(have) {
				return true
			}
		}
	}
	return false
}

func listLayers(c *call, p *scfsdk.ListLayersRequestParams) (*listLayersAnswer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var want []*string
	if str(p.CompatibleRuntime) != "" {
		want = []*string{p.CompatibleRuntime}
	}
	var all []*layerVersionInfo
	for name, l := range c.Server.region(c.region).layers {
		for n := l.next; n > 0; n-- {
			if v := l.versions[n]; v != nil {
				if v.fits(want) && strings.Contains(name, str(p.SearchKey)) {
					all = append(all, v.info(name))
				}
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b *layerVersionInfo) int { return strings.Compare(*a.LayerName, *b.LayerName) })
	listed, err := page(all, p.Offset, p.Limit)
	if err != nil {
		return nil, err
	}
	return &listLayersAnswer{Layers: listed, TotalCount: ptr(int64(len(all)))}, nil
}
