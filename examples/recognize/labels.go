package main

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"
)

// label is a word for what an image shows.
type label struct {
	Name       string `json:"name"`
	Category   string `json:"category,omitempty"`
	Finer      string `json:"subcategory,omitempty"`
	Confidence int    `json:"confidence"` // 0 to 100
}

// errNoLabels says that an object has no labels, however often one asks.
var errNoLabels = errors.New("cannot be labelled")

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// detect asks for the labels of an object, most certain first. It is the API "DetectLabel" of Cloud Infinite, for which the official
// client has no method of its own: a GET of the object with a parameter.
func detect(ctx context.Context, c *cossdk.Client, key string) ([]label, error) {
	resp, err := c.Object.Get(ctx, key, &cossdk.ObjectGetOptions{CiProcess: "detect-label"})
	if err != nil {
		if e, ok := cossdk.IsCOSError(err); ok && refused(e) {
			return nil, fmt.Errorf("%w: %s %s", errNoLabels, e.Code, e.Message)
		}
		return nil, fmt.Errorf("labels of %s: %w", key, err)
	}
	defer resp.Body.Close()
	var answer element
	if err := xml.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil || answer.XMLName.Local != "RecognitionResult" {
		return nil, fmt.Errorf("labels of %s: not the answer of DetectLabel: %w", key, cmp.Or(err, errors.New("another XML")))
	}
	found := answer.labels(nil)
	slices.SortStableFunc(found, func(a, b label) int { return b.Confidence - a.Confidence })
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(l label) bool { // several scenes may see the same
		again := seen[l.Name]
		seen[l.Name] = true
		return again
	}), nil
}

// element is any element of the answer. By the API's document a label is in RecognitionResult itself or below an element for each
// scene, CameraLabels for example: so it is known by what it has, wherever it is.
type element struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Inner   []element `xml:",any"`
}

// labels appends the labels in an element to found.
func (e element) labels(found []label) []label {
	var l label
	for _, in := range e.Inner {
		switch text := strings.TrimSpace(in.Text); in.XMLName.Local {
		case "Name":
			l.Name = text
		case "FirstCategory":
			l.Category = text
		case "SecondCategory":
			l.Finer = text
		case "Confidence":
			l.Confidence, _ = strconv.Atoi(text)
		default:
			found = in.labels(found)
		}
	}
	if l.Name != "" {
		found = append(found, l)
	}
	return found
}

// refused reports whether the service has looked at the object and cannot do it: a text, a damaged image, one too large. Missing
// leave, a service that is not activated and too many requests are no such answers: they get better.
func refused(e *cossdk.ErrorResponse) bool {
	switch e.Response.StatusCode {
	case 400, 413, 415, 422:
		return true
	}
	return false
}

// tagPrefix marks the tags that are labels, so that others stay as they are.
const tagPrefix = "label:"

// withLabels returns the tags an object should have: its own, and the first of the labels as far as there is room.
func withLabels(old []cossdk.ObjectTaggingTag, labels []label, most int) []cossdk.ObjectTaggingTag {
	tags := slices.DeleteFunc(slices.Clone(old), isLabel)
	for _, l := range labels {
		key := tagPrefix + tagText(l.Name, 100)
		taken := slices.ContainsFunc(tags, func(t cossdk.ObjectTaggingTag) bool { return t.Key == key })
		if most == 0 || len(tags) == maxTags {
			break
		}
		if key != tagPrefix && !taken {
			tags = append(tags, cossdk.ObjectTaggingTag{Key: key, Value: strconv.Itoa(l.Confidence)})
			most--
		}
	}
	return tags
}

func isLabel(t cossdk.ObjectTaggingTag) bool {
	return len(t.Key) > len(tagPrefix) && t.Key[:len(tagPrefix)] == tagPrefix
}
