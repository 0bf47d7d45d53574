package scftest

import (
	"strconv"

	scfsdk "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/scf/v20180416"
)

// publish makes a version of $LATEST. The lock is held.
func (s *Server) publish(f *fn, description string) *version {
	f.published++
	v := s.newVersion(f, strconv.Itoa(f.published), f.latest.cfg, f.latest.code)
	v.description = description
	if description == "" {
		v.description = f.latest.description
	}
	f.versions[v.name] = v
	s.begin(v, statusPublishing, s.cfg.updateDelay, func(*version) {})
	return v
}

func routesTo(r *scfsdk.RoutingConfig, version string) bool {
	if r == nil {
		return false
	}
	for _, w := range r.AdditionalVersionWeights {
		if str(w.Version) == version {
			return true
		}
	}
	for _, m := range r.AddtionVersionMatchs {
		if str(m.Version) == version {
			return true
		}
	}
	return false
}
