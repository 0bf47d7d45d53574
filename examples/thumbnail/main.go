// Thumbnail keeps a small picture beside every PNG, JPEG or GIF image of a bucket: it makes one when an image is created,
// whichever way, and removes it when the image is gone. README.md says how to deploy it.
//
// The whole of it is package thumb, so that a program with more image formats is a few lines: see examples/thumbnail-webp.
package main

import "github.com/cosevent/cosevent-go/examples/thumbnail/thumb"

func main() { thumb.Main() }
