package costest

import (
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/cosevent/cosevent-go/event"
)

// Label is a word that image recognition finds for a picture.
type Label struct {
	Name          string
	Confidence    int // 0 to 100
	FirstCategory string
	// SecondCategory is a finer word than FirstCategory.
	SecondCategory string
}

type labels struct {
	mu sync.RWMutex
	m  map[string][]Label
}

// SetLabels sets what GET /key?ci-process=detect-label answers for an object, whatever its content; none until it is set.
func (s *Server) SetLabels(b event.Bucket, key string, found ...Label) {
	s.labels.mu.Lock()
	defer s.labels.mu.Unlock()
	if s.labels.m == nil {
		s.labels.m = map[string][]Label{}
	}
	s.labels.m[b.ID()+"/"+key] = slices.Clone(found)
}

// process serves data processing, as far as there is any.
func (c *call) process() error {
	if kind := c.q.get("ci-process"); kind != "detect-label" {
		return notImplemented("ci-process=" + kind)
	}
	if _, err := c.b.lookup(c.key, c.q.version()); err != nil {
		return err
	}
	c.s.labels.mu.RLock()
	found := c.s.labels.m[c.b.id+"/"+c.key]
	c.s.labels.mu.RUnlock()
	out := []byte(xmlHeader + "<RecognitionResult>")
	for _, l := range found {
		out = append(out, "<Labels>"...)
		out = appendElement(out, "Confidence", strconv.Itoa(l.Confidence))
		out = appendElement(out, "Name", l.Name)
		out = appendElement(out, "FirstCategory", l.FirstCategory)
		out = appendElement(out, "SecondCategory", l.SecondCategory)
		out = append(out, "</Labels>"...)
	}
	c.reply(http.StatusOK, append(out, "</RecognitionResult>"...))
	return nil
}
