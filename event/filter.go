package event

import "strings"

// Filter narrows which events a handler takes. Filters of one registration all apply. For objects that stand for folders there is
// the middleware [SkipFolders] instead, because an event that no handler takes is an error.
type Filter func(*route)

// Prefix takes keys that begin with p. The key is Object.Key: it has no leading slash of its own.
func Prefix(p string) Filter {
	return func(r *route) {
		switch {
		case strings.HasPrefix(p, r.prefix):
			r.prefix = p
		case !strings.HasPrefix(r.prefix, p):
			panic("event: Prefix(" + quote(p) + ") and Prefix(" + quote(r.prefix) + ") exclude each other")
		}
	}
}

// Suffix takes keys that end in s. Prefix and Suffix apply independently, as in a trigger: in a short key they may overlap.
func Suffix(s string) Filter {
	return func(r *route) {
		switch {
		case strings.HasSuffix(s, r.suffix):
			r.suffix = s
		case !strings.HasSuffix(r.suffix, s):
			panic("event: Suffix(" + quote(s) + ") and Suffix(" + quote(r.suffix) + ") exclude each other")
		}
	}
}

// InBucket takes events of one bucket. Name, AppID and Region must all be those of the event.
func InBucket(b Bucket) Filter {
	if b.Name == "" || b.AppID == "" || b.Region == "" {
		panic("event: InBucket needs name, APPID and region, has " + quote(b.String()))
	}
	return func(r *route) {
		if (r.bucket != Bucket{}) && r.bucket != b {
			panic("event: InBucket(" + b.String() + ") and InBucket(" + r.bucket.String() + ") exclude each other")
		}
		r.bucket = b
	}
}
