package scftest

// str returns the text that the SDK's pointer has, "" for nil.
func str(p *string) string { return val(p) }

// val returns the value that the SDK's pointer has, the zero value for nil.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// or returns the value that the SDK's pointer has, or def for nil and for the zero value.
func or[T comparable](p *T, def T) T {
	var zero T
	if v := val(p); v != zero {
		return v
	}
	return def
}

// ptr returns a pointer to v, as the SDK's structs have them.
func ptr[T any](v T) *T { return &v }
