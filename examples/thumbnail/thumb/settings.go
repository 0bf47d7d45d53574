package thumb

import (
	"fmt"
	"strconv"
	"strings"
)

// Settings say which objects are images, where their thumbnails go, and how large these are.
type Settings struct {
	Source string // key prefix of images
	Target string // key prefix of thumbnails; outside Source, or each thumbnail would be an image again
	Edge   int    // longer side of a thumbnail in pixels
}

// ThumbnailKey returns where the thumbnail of an image is kept: under the target prefix, with the rest of the key unchanged, so
// that each can be found when only the other is known.
func (s Settings) ThumbnailKey(image string) string {
	return s.Target + strings.TrimPrefix(image, s.Source)
}

// SettingsFrom reads THUMBNAIL_SOURCE (images/), THUMBNAIL_TARGET (thumbs/) and THUMBNAIL_EDGE (160).
func SettingsFrom(getenv func(string) string) (Settings, error) {
	s := Settings{Source: "images/", Target: "thumbs/", Edge: 160}
	if v := getenv("THUMBNAIL_SOURCE"); v != "" {
		s.Source = v
	}
	if v := getenv("THUMBNAIL_TARGET"); v != "" {
		s.Target = v
	}
	if v := getenv("THUMBNAIL_EDGE"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 4096 {
			return s, fmt.Errorf("THUMBNAIL_EDGE is %q: want a number of pixels from 1 to 4096", v)
		}
		s.Edge = n
	}
	if strings.HasPrefix(s.Target, s.Source) {
		return s, fmt.Errorf("THUMBNAIL_TARGET %q lies inside THUMBNAIL_SOURCE %q: every thumbnail would make another one", s.Target, s.Source)
	}
	if strings.HasPrefix(s.Source, s.Target) {
		return s, fmt.Errorf("THUMBNAIL_SOURCE %q lies inside THUMBNAIL_TARGET %q: images would be taken for thumbnails", s.Source, s.Target)
	}
	return s, nil
}
