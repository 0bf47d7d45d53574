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
			return nil, fail("ResourceNotFound.LayerVersion", "层版本不存在: %s %d", str(l.LayerName), val(l.LayerVersion))
		}
		out = append(out, l)
	}
	if len(out) > maxLayers {
		return nil, fail("InvalidParameterValue.Layers", "Layers: %d, at most %d", len(out), maxLayers)
	}
	return out, nil
}

func (s *Server) layerInfo(r *region, name string, number int64) *scfsdk.LayerVersionInfo {
	if l := r.layers[name]; l != nil {
		if v := l.versions[number]; v != nil {
			return v.info(name)
		}
	}
	return nil
}

func (v *layerVersion) info(name string) *scfsdk.LayerVersionInfo {
	return &scfsdk.LayerVersionInfo{
		CompatibleRuntimes: v.runtimes, AddTime: ptr(stamp(v.added)), Description: ptr(v.description), LicenseInfo: ptr(v.license),
		LayerVersion: ptr(v.number), LayerName: ptr(name), Status: ptr(statusActive), Stamp: ptr(""),
	}
}

func publishLayerVersion(c *call, p *scfsdk.PublishLayerVersionRequestParams) (*scfsdk.PublishLayerVersionResponseParams, error) {
	name := str(p.LayerName)
	if name == "" {
		return nil, missing("LayerName")
	}
	if !layerName.MatchString(name) {
		return nil, fail("InvalidParameterValue.LayerName", "LayerName不合法: %q", name)
	}
	if len(p.CompatibleRuntimes) == 0 {
		return nil, missing("CompatibleRuntimes")
	}
	for _, r := range p.CompatibleRuntimes {
		if !slices.Contains(runtimes, str(r)) {
			return nil, fail("InvalidParameterValue.CompatibleRuntimes", "%s", msgRuntime)
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
		size: len(pkg.zip), sha: hex.EncodeToString(sha[:]),
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
		return nil, nil, fail("ResourceNotFound.Layer", "层不存在: %s", *name)
	}
	v := l.versions[*number]
	if v == nil {
		return nil, nil, fail("ResourceNotFound.LayerVersion", "层版本不存在: %s %d", *name, *number)
	}
	return l, v, nil
}

func getLayerVersion(c *call, p *scfsdk.GetLayerVersionRequestParams) (*scfsdk.GetLayerVersionResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, v, err := c.layerVersion(p.LayerName, p.LayerVersion)
	if err != nil {
		return nil, err
	}
	return &scfsdk.GetLayerVersionResponseParams{
		CompatibleRuntimes: v.runtimes, CodeSha256: ptr(v.sha), Location: ptr(""), AddTime: ptr(stamp(v.added)), Description: ptr(v.description),
		LicenseInfo: ptr(v.license), LayerVersion: ptr(v.number), LayerName: ptr(l.name), Status: ptr(statusActive),
	}, nil
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

func listLayerVersions(c *call, p *scfsdk.ListLayerVersionsRequestParams) (*scfsdk.ListLayerVersionsResponseParams, error) {
	if str(p.LayerName) == "" {
		return nil, missing("LayerName")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.Server.region(c.region).layers[*p.LayerName]
	if l == nil {
		return nil, fail("ResourceNotFound.Layer", "层不存在: %s", *p.LayerName)
	}
	resp := &scfsdk.ListLayerVersionsResponseParams{}
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

func listLayers(c *call, p *scfsdk.ListLayersRequestParams) (*scfsdk.ListLayersResponseParams, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var want []*string
	if str(p.CompatibleRuntime) != "" {
		want = []*string{p.CompatibleRuntime}
	}
	var all []*scfsdk.LayerVersionInfo
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
	slices.SortFunc(all, func(a, b *scfsdk.LayerVersionInfo) int { return strings.Compare(*a.LayerName, *b.LayerName) })
	page, err := slice(all, val(p.Offset), or(p.Limit, 20))
	if err != nil {
		return nil, err
	}
	return &scfsdk.ListLayersResponseParams{Layers: page, TotalCount: ptr(int64(len(all)))}, nil
}
