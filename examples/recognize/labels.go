package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	cossdk "github.com/tencentyun/cos-go-sdk-v5"
)

// label is a word for what an image shows.
type label struct {
	Name       string `json:"name" xml:"Name"`
	Category   string `json:"category,omitempty" xml:"FirstCategory"`
	Finer      string `json:"subcategory,omitempty" xml:"SecondCategory"`
	Confidence int    `json:"confidence" xml:"Confidence"` // 0 to 100
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
	var answer struct {
		XMLName xml.Name `xml:"RecognitionResult"`
		Labels  []label  `xml:"Labels"`
	}
	if err := xml.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("labels of %s: not the answer of DetectLabel: %w", key, err)
	}
	slices.SortStableFunc(answer.Labels, func(a, b label) int { return b.Confidence - a.Confidence })
	return answer.Labels, nil
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
