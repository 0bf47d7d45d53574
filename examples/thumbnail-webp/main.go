// Thumbnail-webp is the thumbnail function for WebP images as well. An image format is one blank import.
package main

import (
	_ "golang.org/x/image/webp"

	"github.com/cosevent/cosevent-go/examples/thumbnail/thumb"
)

func main() { thumb.Main() }
