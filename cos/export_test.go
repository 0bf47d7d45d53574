package cos

// SetCopyLimits makes o copy objects over single bytes in parts of that many bytes.
func SetCopyLimits(o *Objects, single, part int64) {
	o.copying = copyLimits{single: single, part: part, parallel: 3}
}
