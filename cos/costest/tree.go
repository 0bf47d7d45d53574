package costest

import (
	"slices"
	"strings"
)

// tree is a B-tree from key to the newest version of an object. Keys are in byte order, as the service lists them. It is not
// safe for concurrent use.
type tree struct {
	root *node
	n    int
}

// item is one key with its versions, newest first.
type item struct {
	key  string
	head *object
}

type node struct {
	items []item
	kids  []*node // none in a leaf, else one more than items
}

// maxItems is how many items a node holds. Splitting moves the upper half, so that keys that come in order leave nodes half
// full; 64 keeps that, the node's own header and the search short.
const maxItems = 64

func (n *node) find(key string) (int, bool) {
	return slices.BinarySearchFunc(n.items, key, func(i item, k string) int { return strings.Compare(i.key, k) })
}

// get returns the newest version of key, or nil.
func (t *tree) get(key string) *object {
	for n := t.root; n != nil; {
		i, ok := n.find(key)
		if ok {
			return n.items[i].head
		}
		if n.kids == nil {
			return nil
		}
		n = n.kids[i]
	}
	return nil
}

// set stores head under key; a nil head removes the key.
func (t *tree) set(key string, head *object) {
	if head == nil {
		t.delete(key)
		return
	}
	if t.root == nil {
		t.root = &node{}
	}
	if t.root.insert(key, head) {
		t.n++
	}
	if len(t.root.items) > maxItems {
		up, right := t.root.split()
		t.root = &node{items: []item{up}, kids: []*node{t.root, right}}
	}
}

// insert reports whether the key is new. It may leave n one item too large: the caller splits it.
func (n *node) insert(key string, head *object) bool {
	i, ok := n.find(key)
	if ok {
		n.items[i].head = head
		return false
	}
	if n.kids == nil {
		n.items = slices.Insert(n.items, i, item{strings.Clone(key), head})
		return true
	}
	kid := n.kids[i]
	fresh := kid.insert(key, head)
	if len(kid.items) > maxItems {
		up, right := kid.split()
		n.items = slices.Insert(n.items, i, up)
		n.kids = slices.Insert(n.kids, i+1, right)
	}
	return fresh
}

// split cuts n in two and returns the item between them.
func (n *node) split() (item, *node) {
	mid := len(n.items) / 2
	up := n.items[mid]
	right := &node{items: append(make([]item, 0, maxItems+1), n.items[mid+1:]...)}
	clear(n.items[mid:])
	n.items = n.items[:mid]
	if n.kids != nil {
		right.kids = append(make([]*node, 0, maxItems+2), n.kids[mid+1:]...)
		clear(n.kids[mid+1:])
		n.kids = n.kids[:mid+1]
	}
	return up, right
}

func (t *tree) delete(key string) {
	if t.root == nil || !t.root.remove(key) {
		return
	}
	t.n--
	if len(t.root.items) == 0 {
		if t.root.kids == nil {
			t.root = nil
		} else {
			t.root = t.root.kids[0]
		}
	}
}

// minItems is what every node but the root holds at least.
const minItems = maxItems / 2

func (n *node) remove(key string) bool {
	i, ok := n.find(key)
	if n.kids == nil {
		if ok {
			n.items = slices.Delete(n.items, i, i+1)
		}
		return ok
	}
	if ok {
		// The largest key before it takes its place.
		n.items[i] = n.kids[i].removeLast()
		n.refill(i)
		return true
	}
	ok = n.kids[i].remove(key)
	n.refill(i)
	return ok
}

func (n *node) removeLast() item {
	if n.kids == nil {
		last := n.items[len(n.items)-1]
		n.items = slices.Delete(n.items, len(n.items)-1, len(n.items))
		return last
	}
	i := len(n.kids) - 1
	last := n.kids[i].removeLast()
	n.refill(i)
	return last
}

// refill makes the child i large enough again, from a neighbour or by joining it with one.
func (n *node) refill(i int) {
	kid := n.kids[i]
	if len(kid.items) >= minItems {
		return
	}
	if i > 0 && len(n.kids[i-1].items) > minItems {
		left := n.kids[i-1]
		last := len(left.items) - 1
		kid.items = slices.Insert(kid.items, 0, n.items[i-1])
		n.items[i-1] = left.items[last]
		left.items = slices.Delete(left.items, last, last+1)
		if left.kids != nil {
			kid.kids = slices.Insert(kid.kids, 0, left.kids[last+1])
			left.kids = slices.Delete(left.kids, last+1, last+2)
		}
		return
	}
	if i < len(n.kids)-1 && len(n.kids[i+1].items) > minItems {
		right := n.kids[i+1]
		kid.items = append(kid.items, n.items[i])
		n.items[i] = right.items[0]
		right.items = slices.Delete(right.items, 0, 1)
		if right.kids != nil {
			kid.kids = append(kid.kids, right.kids[0])
			right.kids = slices.Delete(right.kids, 0, 1)
		}
		return
	}
	if i == len(n.kids)-1 {
		i--
	}
	left, right := n.kids[i], n.kids[i+1]
	left.items = append(append(left.items, n.items[i]), right.items...)
	left.kids = append(left.kids, right.kids...)
	n.items = slices.Delete(n.items, i, i+1)
	n.kids = slices.Delete(n.kids, i+1, i+2)
}

// ascend calls f for every key at or after from, in order, until f returns false.
func (t *tree) ascend(from string, f func(key string, head *object) bool) {
	if t.root != nil {
		t.root.ascend(from, f)
	}
}

func (n *node) ascend(from string, f func(string, *object) bool) bool {
	i, _ := n.find(from)
	if n.kids != nil && !n.kids[i].ascend(from, f) {
		return false
	}
	for ; i < len(n.items); i++ {
		if !f(n.items[i].key, n.items[i].head) {
			return false
		}
		if n.kids != nil && !n.kids[i+1].ascend("", f) {
			return false
		}
	}
	return true
}

// walk calls f for every key at or after from; f returns where to go on: "" for the next key, else the key to jump to, and
// whether to go on at all.
func (t *tree) walk(from string, f func(key string, head *object) (next string, more bool)) {
	for jump := true; jump; {
		jump = false
		t.ascend(from, func(key string, head *object) bool {
			next, more := f(key, head)
			if more && next != "" {
				from, jump = next, true
				return false
			}
			return more
		})
	}
}

// after returns the first string that comes after every string with the prefix p, or false if there is none.
func after(p string) (string, bool) {
	b := []byte(p)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1]), true
		}
	}
	return "", false
}
