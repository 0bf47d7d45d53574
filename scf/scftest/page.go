package scftest

import (
	"cmp"
	"slices"
	"strings"
)

// sortKey is one of the names that a list action's OrderBy takes, and what it sorts by.
type sortKey[T any] struct {
	name string
	of   func(T) string
}

// order sorts by the key that orderBy names, the first one if it is empty, from last to first unless direction is ASC. Those
// with equal keys are in the order of tie.
func order[T any](list []T, orderBy, direction string, tie func(T) string, keys ...sortKey[T]) error {
	i := 0
	if orderBy != "" {
		i = slices.IndexFunc(keys, func(k sortKey[T]) bool { return k.name == orderBy })
	}
	if i < 0 {
		var names []string
		for _, k := range keys {
			names = append(names, k.name)
		}
		return fail("InvalidParameterValue.OrderBy", "OrderBy错误: %q，应为%s", "OrderBy is %q, must be one of %s", orderBy, strings.Join(names, ", "))
	}
	sign := -1
	switch strings.ToUpper(direction) {
	case "", "DESC":
	case "ASC":
		sign = 1
	default:
		return fail("InvalidParameterValue.Order", "Order错误: %q，应为ASC或DESC", "Order is %q, must be ASC or DESC", direction)
	}
	slices.SortStableFunc(list, func(a, b T) int {
		return cmp.Or(sign*cmp.Compare(keys[i].of(a), keys[i].of(b)), cmp.Compare(tie(a), tie(b)))
	})
	return nil
}

// page returns the part of a list that begins at offset and has at most limit members, 20 if it is nil or 0.
func page[T any, N int64 | uint64](list []T, offset, limit *N) ([]T, error) {
	from, n := val(offset), or(limit, 20)
	if from < 0 {
		return nil, fail("InvalidParameterValue.Offset", "Offset不合法: %d", "Offset is %d, must not be negative", from)
	}
	if n < 0 {
		return nil, fail("InvalidParameterValue.Limit", "Limit不合法: %d", "Limit is %d, must not be negative", n)
	}
	from = min(from, N(len(list)))
	return list[from:][:min(n, N(len(list))-from)], nil
}
