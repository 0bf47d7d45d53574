package event

// DecodeOption changes how Decode reads.
type DecodeOption func(*config)

type config struct {
	strict     bool
	check      func(record string, at, depth int, valid bool) *RecordError // set by Strict alone, so that only its users link it
	maxDepth   int
	maxRecords int
	maxBytes   int
}

// The limits that hold unless an option says otherwise. The platform's own are far below: an event delivered to a function
// has at most 128 KB, a synchronous call 6 MB, records nest five levels deep and have about 1 KB.
const (
	DefaultMaxBytes   = 8 << 20
	DefaultMaxRecords = 10_000
	DefaultMaxDepth   = 64
)

func newConfig(opts []DecodeOption) config {
	c := config{maxDepth: DefaultMaxDepth, maxRecords: DefaultMaxRecords, maxBytes: DefaultMaxBytes}
	if len(opts) > 0 {
		return c.with(opts)
	}
	return c
}

// with is apart from newConfig so that the usual case stays off the heap.
func (c config) with(opts []DecodeOption) config {
	for _, o := range opts {
		o(&c)
	}
	return c
}

// Strict makes errors of what Decode otherwise forgives: unknown and duplicate members, values of a wrong type (a size that
// is a string, a null), event names with spaces or without "cos:", text that is not valid Unicode. A member that is
// missing is fine, because the wire's own history has both, and so is a well-formed name that this version does not know.
func Strict() DecodeOption {
	return func(c *config) { c.strict, c.check = true, checkRecord }
}

// MaxBytes limits the payload's size; a longer one is refused unread. n < 0 means no limit.
func MaxBytes(n int) DecodeOption { return func(c *config) { c.maxBytes = n } }

// MaxRecords limits the number of records; with more, none is returned. n < 0 means no limit.
func MaxRecords(n int) DecodeOption { return func(c *config) { c.maxRecords = n } }

// MaxDepth limits how deep objects and lists nest, the payload itself being the first level. It is at most 10,000.
func MaxDepth(n int) DecodeOption {
	return func(c *config) { c.maxDepth = max(0, min(n, 10_000)) }
}
